// What survives a restart of an alert manager, in three files of the workspace's folder:
//
//   alertmanager/silences.json        written before a change of silences is answered
//   alertmanager/notifications.json   written as soon as something was notified, so that a crash repeats nothing
//   alertmanager/alerts.json          written some seconds after alerts came: whoever sends them sends them again
//
// 1. A file is replaced as a whole, so that a crash leaves the former one. While one is being written, what
//    changes waits for the next writing.
// 2. A file that can't be read is put aside under another name and reported; the others are taken.

import type { AlertmanagerSnapshot } from '@ampere/alertmanager';
import type { Clock, Disk, Timer } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';

export type StatePart = 'silences' | 'notifications' | 'alerts';
const PARTS: readonly StatePart[] = ['silences', 'notifications', 'alerts'];

const ALERTS_DELAY_MS = 5_000;
/** Putting alerts into text may take one part in so many of the thread's time. */
const ALERTS_SHARE = 200;
/** After a failed writing. */
const RETRY_MS = 5_000;
const FORMAT_VERSION = 1;

export interface StateFilesOptions {
  /** `<workspace>/alertmanager`. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

export class StateFiles {
  readonly #options: StateFilesOptions;
  readonly #dirty = new Set<StatePart>();
  #source: () => AlertmanagerSnapshot = () => EMPTY;
  #writing: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #hasFolder = false;
  /** How long it last took to put them into text. */
  #alertsMs = 0;

  constructor(options: StateFilesOptions) {
    this.#options = options;
  }

  /** What was written last; null when there is nothing. */
  async read(): Promise<AlertmanagerSnapshot | null> {
    const snapshot = { ...EMPTY };
    let isFound = false;
    for (const part of PARTS) {
      const entries = await this.#readPart(part);
      if (entries === undefined) continue;
      isFound = true;
      Object.assign(snapshot, { [part]: entries });
    }
    return isFound ? snapshot : null;
  }

  /** From here on what is written is taken from `source`. */
  attach(source: () => AlertmanagerSnapshot): void {
    this.#source = source;
  }

  /** Alerts came or went. */
  noteAlerts(): void {
    this.#dirty.add('alerts');
    this.#arm(Math.max(ALERTS_DELAY_MS, ALERTS_SHARE * this.#alertsMs));
  }

  /** Resolves when the part is on disk. Rejects with DiskError; it is tried again later then. */
  async write(part: StatePart): Promise<void> {
    this.#dirty.add(part);
    await this.#flush();
  }

  /** Writes all that has changed and stops. A failure is logged. */
  async close(): Promise<void> {
    try {
      await this.#flush();
    } catch (error) {
      this.#logFailure(error);
    }
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #flush(): Promise<void> {
    const turn = this.#writing.then(() => this.#writeDirty());
    // Whoever comes next waits for the end, not for the success.
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #writeDirty(): Promise<void> {
    for (const part of PARTS) {
      if (!this.#dirty.delete(part)) continue;
      try {
        await this.#writePart(part);
      } catch (error) {
        this.#dirty.add(part);
        this.#arm(RETRY_MS);
        throw error;
      }
    }
  }

  async #writePart(part: StatePart): Promise<void> {
    const { disk, folder, clock } = this.#options;
    const startMs = clock.monotonicMs();
    const text = JSON.stringify({ version: FORMAT_VERSION, [part]: this.#source()[part] });
    if (part === 'alerts') this.#alertsMs = clock.monotonicMs() - startMs;
    if (!this.#hasFolder) await disk.makeFolder(folder);
    this.#hasFolder = true;
    await disk.replaceFile(this.#path(part), new TextEncoder().encode(text));
  }

  async #readPart(part: StatePart): Promise<unknown[] | undefined> {
    const { disk, log, clock } = this.#options;
    const path = this.#path(part);
    if ((await disk.info(path)) === undefined) return undefined;
    try {
      const file = JSON.parse(new TextDecoder().decode(await disk.readFile(path))) as Record<string, unknown>;
      const entries = file[part];
      if (file['version'] !== FORMAT_VERSION || !Array.isArray(entries)) throw new Error('unknown format');
      return entries;
    } catch (error) {
      const aside = `${path}.damaged-${Math.floor(clock.nowMs())}`;
      log('error', 'a state file of an alert manager can not be read and is put aside', {
        path,
        aside,
        ...errorFields(error),
      });
      await disk.rename(path, aside);
      return undefined;
    }
  }

  #arm(delayMs: number): void {
    this.#timer ??= this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#flush().catch((error: unknown) => this.#logFailure(error));
    });
  }

  #logFailure(error: unknown): void {
    const { folder, log } = this.#options;
    log('error', 'the state of an alert manager could not be written', { folder, ...errorFields(error) });
  }

  #path(part: StatePart): string {
    return `${this.#options.folder}/${part}.json`;
  }
}

const EMPTY: AlertmanagerSnapshot = { version: 1, alerts: [], silences: [], notifications: [] };
