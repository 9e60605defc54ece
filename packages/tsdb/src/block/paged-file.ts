// Positioned synchronous reads of one file through the page cache.
//
// `locate` makes a range readable at `view`/`bytes` from `at` on: inside the page when the range lies in
// one, else copied together. Both are valid until the next `locate` of any file with the same cache.

import { type Disk, DiskError, type SyncDiskFile } from '@ampere/platform';
import { BlockError } from './block-error.ts';
import { PAGE_BYTES, PAGE_SLACK_BYTES, type Page, type PageCache } from './page-cache.ts';

/** No chunk or series is longer; a length that says otherwise is a broken one, and not worth the memory. */
const LOCATED_BYTES_MAX = 64 << 20;

export class PagedFile {
  readonly path: string;
  readonly size: number;
  /** Where the located range is; it begins at `at`. */
  bytes: Uint8Array;
  view: DataView;
  at = 0;
  readonly #file: SyncDiskFile;
  readonly #cache: PageCache;
  /** Key of page 0. */
  readonly #firstKey: number;
  /** The page that was used last, if it is still what it was. */
  #last: Page | undefined;
  #joined: Uint8Array;
  #joinedView: DataView;

  private constructor(path: string, file: SyncDiskFile, cache: PageCache) {
    this.path = path;
    this.size = file.size;
    this.#file = file;
    this.#cache = cache;
    this.#firstKey = cache.addFile();
    this.#joined = new Uint8Array(256);
    this.#joinedView = new DataView(this.#joined.buffer);
    this.bytes = this.#joined;
    this.view = this.#joinedView;
  }

  /** Throws a BlockError, `missing` when there is no such file. */
  static open(disk: Disk, path: string, cache: PageCache): PagedFile {
    try {
      return new PagedFile(path, disk.openReadSync(path), cache);
    } catch (error) {
      throw readFailure(path, 0, error);
    }
  }

  /** Makes `length` bytes from `offset` readable, and a few (meaningless) ones behind them. */
  locate(offset: number, length: number): void {
    this.#requireRange(offset, length);
    if (length > LOCATED_BYTES_MAX) throw this.corrupt(offset, `${length} bytes are said to belong together`);
    const page = Math.floor(offset / PAGE_BYTES);
    const at = offset - page * PAGE_BYTES;
    if (at + length <= PAGE_BYTES) {
      const found = this.#page(page);
      this.bytes = found.bytes;
      this.view = found.view;
      this.at = at;
      return;
    }
    if (this.#joined.length < length + PAGE_SLACK_BYTES) {
      this.#joined = new Uint8Array(length + (length >>> 1) + PAGE_SLACK_BYTES);
      this.#joinedView = new DataView(this.#joined.buffer);
    }
    let filled = 0;
    while (filled < length) {
      const number = Math.floor((offset + filled) / PAGE_BYTES);
      const from = offset + filled - number * PAGE_BYTES;
      const taken = Math.min(PAGE_BYTES - from, length - filled);
      this.#joined.set(this.#page(number).bytes.subarray(from, from + taken), filled);
      filled += taken;
    }
    this.bytes = this.#joined;
    this.view = this.#joinedView;
    this.at = 0;
  }

  /** Reads a range into memory of its own, past the cache. */
  read(offset: number, length: number): Uint8Array {
    this.#requireRange(offset, length);
    const bytes = new Uint8Array(length);
    this.#fill(bytes, offset);
    return bytes;
  }

  corrupt(offset: number, what: string): BlockError {
    return new BlockError('corrupt', this.path, offset, what);
  }

  close(): void {
    this.#cache.removeFile(this.#firstKey);
    this.#file.closeSync();
  }

  #page(number: number): Page {
    const key = this.#firstKey + number;
    let page = this.#last;
    if (page === undefined || page.key !== key) {
      page = this.#cache.get(key) ?? this.#load(key, number * PAGE_BYTES);
      this.#last = page;
    }
    page.isUsed = true;
    return page;
  }

  #load(key: number, offset: number): Page {
    const page = this.#cache.add(key);
    try {
      this.#fill(page.bytes.subarray(0, Math.min(PAGE_BYTES, this.size - offset)), offset);
    } catch (error) {
      this.#cache.remove(page);
      throw error;
    }
    return page;
  }

  #fill(into: Uint8Array, offset: number): void {
    let count: number;
    try {
      count = this.#file.readSync(into, offset);
    } catch (error) {
      throw readFailure(this.path, offset, error);
    }
    if (count !== into.length) throw this.corrupt(offset + count, 'ends here, after it was opened as longer');
  }

  #requireRange(offset: number, length: number): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.size) return;
    throw this.corrupt(offset, `${length} bytes are asked for; the file has ${this.size}`);
  }
}

/** A disk's failure as a block's. */
export function readFailure(path: string, offset: number, error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  const missing = error.code === 'not-found';
  const what = missing ? 'the file is missing' : `reading failed: ${error.message}`;
  return new BlockError(missing ? 'missing' : 'unreadable', path, offset, what, { cause: error });
}
