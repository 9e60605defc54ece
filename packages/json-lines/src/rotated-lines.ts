// Appends records to numbered files, and reads them back from the newest to the oldest.
//
// 1. Files are `00000001.jsonl`, `00000002.jsonl`, …; the newest is appended to until it is full.
// 2. Records wait in memory while a write is under way; the next write takes all of them at once.
// 3. A write that fails leaves a file whose end is unknown: the next one goes to a new file, and begins with
//    the same records. So a record may be there twice after a fault of the disk, and none is lost. Who waits for
//    a record to be on stable storage is told instead, and the record is his again.
// 4. A position is a file's number and an offset in it. Files only grow and only the oldest go, so a position
//    stays good for as long as its file is there.

import type { Disk, DiskFile } from '@ampere/platform';

export interface RotatedLinesOptions {
  /** Made when it is missing. */
  readonly folder: string;
  readonly disk: Disk;
  /** A file that has as much is followed by a new one. */
  readonly fileBytesMax: number;
  readonly filesMax: number;
  /** Told when a write failed; the records are kept and tried again, but for those that somebody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Where a record begins. */
export interface LinePosition {
  readonly file: number;
  readonly offset: number;
}

export interface StoredRecord {
  readonly position: LinePosition;
  readonly record: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly line: Uint8Array;
  /** Of who waits for stable storage. */
  readonly settle?: (error?: unknown) => void;
}

const WAITING_MAX = 10_000;
const FILE_NAME = /^(\d{8})\.jsonl$/;
const NEWLINE = 0x0a;

export class RotatedLines {
  readonly #options: RotatedLinesOptions;
  /** Numbers of the files that are there, ascending. */
  readonly #files: number[];
  #open: DiskFile | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;

  private constructor(options: RotatedLinesOptions, files: number[]) {
    this.#options = options;
    this.#files = files;
  }

  /** Rejects with a DiskError when the folder can't be used. */
  static async open(options: RotatedLinesOptions): Promise<RotatedLines> {
    const { disk, folder } = options;
    await disk.makeFolder(folder);
    const names = await disk.list(folder);
    const files = names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).map(Number);
    const lines = new RotatedLines(options, files);
    await lines.#openNewest();
    return lines;
  }

  /** Records that could not be written and were given up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a record, which must be JSON; it is written soon. */
  append(record: object): void {
    this.#add({ line: lineOf(record) });
  }

  /** Resolves when a record is on stable storage. Rejects when it can't be written, and doesn't keep it then. */
  appendDurably(record: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.#add({ line: lineOf(record), settle });
    });
  }

  /** Resolves when everything appended so far is written, or its writing has failed. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#open?.close();
    this.#open = undefined;
  }

  /** Records that were written, newest first: all, or those before a position. */
  async *newestFirst(before?: LinePosition): AsyncGenerator<StoredRecord, void, undefined> {
    for (const file of this.#files.toReversed()) {
      if (before !== undefined && file > before.file) continue;
      const end = file === before?.file ? before.offset : Number.POSITIVE_INFINITY;
      yield* recordsOf(file, await this.#contentOf(file), end);
    }
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#boundWaiting();
    this.#writing ??= this.#write();
  }

  #boundWaiting(): void {
    const excess = Math.max(0, this.#waiting.length - WAITING_MAX);
    for (const { settle } of this.#waiting.splice(0, excess)) {
      settle?.(new Error('too many records wait to be written'));
      this.#dropped++;
    }
  }

  async #contentOf(file: number): Promise<Uint8Array> {
    const path = this.#path(file);
    // It may have been rotated away since the list was made.
    if ((await this.#options.disk.info(path)) === undefined) return new Uint8Array(0);
    return this.#options.disk.readFile(path);
  }

  async #write(): Promise<void> {
    // Lets the records of this turn come together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const file = await this.#fileWithRoom();
        await file.append(Buffer.concat(batch.map(({ line }) => line)));
        if (batch.some(({ settle }) => settle !== undefined)) await file.sync();
        for (const { settle } of batch) settle?.();
      } catch (error) {
        this.#options.onError(error);
        await this.#abandonFile();
        for (const { settle } of batch) settle?.(error);
        this.#waiting = [...batch.filter(({ settle }) => settle === undefined), ...this.#waiting];
        this.#boundWaiting();
        // The others wait for the next record.
        if (this.#waiting.every(({ settle }) => settle === undefined)) break;
      }
    }
    this.#writing = undefined;
  }

  async #fileWithRoom(): Promise<DiskFile> {
    const { disk, folder, fileBytesMax, filesMax } = this.#options;
    if (this.#open !== undefined && this.#open.size() < fileBytesMax) return this.#open;
    await this.#open?.close();
    this.#open = undefined;
    const next = (this.#files.at(-1) ?? 0) + 1;
    this.#open = await disk.openAppend(this.#path(next), 'create');
    this.#files.push(next);
    await disk.syncFolder(folder);
    while (this.#files.length > filesMax) await disk.remove(this.#path(this.#files.shift()!));
    return this.#open;
  }

  async #abandonFile(): Promise<void> {
    const file = this.#open;
    this.#open = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Goes on in the newest file, after closing a line that has no end. */
  async #openNewest(): Promise<void> {
    const newest = this.#files.at(-1);
    if (newest === undefined) return;
    const file = await this.#options.disk.openAppend(this.#path(newest), 'existing');
    const last = new Uint8Array(1);
    if (file.size() > 0) {
      await file.read(last, file.size() - 1);
      if (last[0] !== NEWLINE) await file.append(Uint8Array.of(NEWLINE));
    }
    this.#open = file;
  }

  #path(file: number): string {
    return `${this.#options.folder}/${String(file).padStart(8, '0')}.jsonl`;
  }
}

function* recordsOf(file: number, content: Uint8Array, end: number): Generator<StoredRecord> {
  let to = Math.min(end, content.length);
  // A line that is being written has no end yet.
  to = content.lastIndexOf(NEWLINE, to - 1);
  while (to > 0) {
    const from = content.lastIndexOf(NEWLINE, to - 1) + 1;
    const record = parse(Buffer.from(content.buffer, content.byteOffset + from, to - from).toString());
    if (record !== undefined) yield { position: { file, offset: from }, record };
    to = from - 1;
  }
}

function lineOf(record: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** Undefined for a torn line. */
function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
