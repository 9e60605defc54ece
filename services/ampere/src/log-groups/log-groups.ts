// Log groups as folders of JSON lines: `<folder>/<name of the group>/00000001.jsonl`, …
//
// A line is what CloudWatch Logs would keep: a timestamp and a message. The parts of a group's name between
// slashes are folders, so that `/aws/x` and `aws/x` are one; what could mean something else in a path is
// percent-encoded. Files are rotated and
// bounded, and so is the number of groups that are open.
import { createHash } from 'node:crypto';
import { RotatedLines } from '@ampere/json-lines';
import type { Clock, Disk } from '@ampere/platform';
import type { Logger } from 'pino';

const FILE_BYTES_MAX = 10 << 20;
const FILES_MAX = 10;
const GROUPS_OPEN_MAX = 500;
/** Names of files are bounded by file systems. */
const PART_LENGTH_MAX = 200;

export interface LogGroupsOptions {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class LogGroups {
  readonly #options: LogGroupsOptions;
  readonly #open = new Map<string, Promise<RotatedLines>>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: LogGroupsOptions) {
    this.#options = options;
  }

  /** Adds a record to the group that an ARN names; it is written soon, and trouble is logged. */
  append(logGroupArn: string, message: object): void {
    const path = logGroupPath(logGroupArn);
    const record = { timestamp: Math.round(this.#options.clock.nowMs()), message };
    this.#lines(path).then(
      (lines) => lines.append(record),
      (error: unknown) => {
        this.#open.delete(path);
        this.#options.logger.error({ err: error, logGroupArn }, 'a log group can not be written');
      },
    );
  }

  /** Resolves when everything is on its way to the disk that was appended before. */
  async flush(): Promise<void> {
    for (const lines of this.#open.values()) await (await lines).flush();
  }

  async close(): Promise<void> {
    for (const path of [...this.#open.keys()]) this.#close(path);
    await Promise.all(this.#closing);
  }

  #lines(path: string): Promise<RotatedLines> {
    let lines = this.#open.get(path);
    if (lines !== undefined) {
      // The one that was used last is the last to be closed.
      this.#open.delete(path);
    } else {
      if (this.#open.size >= GROUPS_OPEN_MAX) this.#close(this.#open.keys().next().value!);
      const { folder, disk, logger } = this.#options;
      lines = RotatedLines.open({
        folder: `${folder}/${path}`,
        disk,
        fileBytesMax: FILE_BYTES_MAX,
        filesMax: FILES_MAX,
        onError: (error) => logger.error({ err: error, path }, 'a log group can not be written'),
      });
    }
    this.#open.set(path, lines);
    return lines;
  }

  #close(path: string): void {
    const lines = this.#open.get(path);
    this.#open.delete(path);
    const closed = Promise.resolve(lines)
      .then((open) => open?.close())
      .catch((error: unknown) =>
        this.#options.logger.error({ err: error, path }, 'a log group could not be closed'),
      )
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** The folder of a log group below that of all, from `arn:…:log-group:NAME:*`. */
export function logGroupPath(logGroupArn: string): string {
  const name = logGroupArn.split(':').slice(6).join(':').replace(/:\*$/, '');
  const parts = name.split('/').filter((part) => part !== '');
  return parts.length === 0 ? '%' : parts.map(safePart).join('/');
}

function safePart(part: string): string {
  // Also what would be one of our own files in another group's folder.
  const encoded = /^\.+$|\.jsonl$/.test(part) ? `%${Buffer.from(part).toString('hex')}` : part;
  if (encoded.length <= PART_LENGTH_MAX) return encoded;
  return `${encoded.slice(0, 100)}%${createHash('sha256').update(part).digest('hex')}`;
}
