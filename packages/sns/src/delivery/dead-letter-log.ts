// What could not be delivered, a line of JSON each, on disk before it leaves the queue. The log is bounded: a
// full file makes way for a new one, and of the old ones the last few are kept.
//
//   dead-letters.jsonl   dead-letters.1.jsonl (the one before)   …   dead-letters.4.jsonl

import type { Disk, DiskFile } from '@ampere/platform';

const FILE_BYTES_MAX = 10 * 1024 * 1024;
const FILES_MAX = 5;

export class DeadLetterLog {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #fileBytesMax: number;
  #last: Promise<void> = Promise.resolve();

  constructor(disk: Disk, folder: string, fileBytesMax = FILE_BYTES_MAX) {
    this.#disk = disk;
    this.#folder = folder;
    this.#fileBytesMax = fileBytesMax;
  }

  /** Resolves when the record is on stable storage. Rejects with DiskError. */
  append(record: object): Promise<void> {
    const written = this.#last.then(() => this.#write(Buffer.from(`${JSON.stringify(record)}\n`)));
    this.#last = written.catch(() => {
      // Told to the caller; those behind it try for themselves.
    });
    return written;
  }

  #path(index: number): string {
    return `${this.#folder}/dead-letters${index === 0 ? '' : `.${index}`}.jsonl`;
  }

  async #write(line: Uint8Array): Promise<void> {
    await this.#disk.makeFolder(this.#folder);
    const current = await this.#disk.info(this.#path(0));
    if (current !== undefined && current.bytes > 0 && current.bytes + line.length > this.#fileBytesMax) {
      await this.#rotate();
    }
    const file = await this.#open();
    try {
      await file.append(line);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #open(): Promise<DiskFile> {
    const path = this.#path(0);
    if ((await this.#disk.info(path)) !== undefined) return this.#disk.openAppend(path, 'existing');
    const file = await this.#disk.openAppend(path, 'create');
    await this.#disk.syncFolder(this.#folder);
    return file;
  }

  async #rotate(): Promise<void> {
    await this.#disk.remove(this.#path(FILES_MAX - 1));
    for (let index = FILES_MAX - 2; index >= 0; index--) {
      const path = this.#path(index);
      if ((await this.#disk.info(path)) !== undefined) await this.#disk.rename(path, this.#path(index + 1));
    }
    await this.#disk.syncFolder(this.#folder);
  }
}
