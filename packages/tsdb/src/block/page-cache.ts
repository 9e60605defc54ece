// Pages of files that were read, bounded in bytes, least recently used out first. One per thread:
// everything that reads blocks there shares it.

/** How much is read at once; a multiple of what disks and file systems deal in. */
export const PAGE_BYTES = 64 << 10;

/** Behind every page may be read so far (its content means nothing): decoders take bits ahead. */
export const PAGE_SLACK_BYTES = 16;

const CACHE_BYTES = 64 << 20;

export interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class PageCache {
  readonly #pagesMax: number;
  /** By file number and page number, least recently used first. */
  readonly #pages = new Map<number, Page>();
  #files = 0;

  constructor(bytesMax = CACHE_BYTES) {
    this.#pagesMax = Math.max(1, Math.floor(bytesMax / PAGE_BYTES));
  }

  /** Memory in use. */
  get bytes(): number {
    return this.#pages.size * (PAGE_BYTES + PAGE_SLACK_BYTES);
  }

  /** A number for a file that is opened; its pages are known by it. */
  addFile(): number {
    return this.#files++;
  }

  get(file: number, page: number): Page | undefined {
    const key = file * 2 ** 24 + page;
    const found = this.#pages.get(key);
    if (found !== undefined) {
      this.#pages.delete(key);
      this.#pages.set(key, found);
    }
    return found;
  }

  /** An entry for a page about to be read. Recycles memory, so pages are only valid until the next `add`. */
  add(file: number, page: number): Page {
    let memory: Page | undefined;
    if (this.#pages.size >= this.#pagesMax) {
      for (const [key, oldest] of this.#pages) {
        memory = oldest;
        this.#pages.delete(key);
        break;
      }
    }
    if (memory === undefined) {
      const bytes = new Uint8Array(PAGE_BYTES + PAGE_SLACK_BYTES);
      memory = { bytes, view: new DataView(bytes.buffer) };
    }
    this.#pages.set(file * 2 ** 24 + page, memory);
    return memory;
  }

  /** Forgets a page whose reading failed. */
  remove(file: number, page: number): void {
    this.#pages.delete(file * 2 ** 24 + page);
  }

  /** Forgets all pages of a file that is closed. */
  removeFile(file: number): void {
    for (const key of this.#pages.keys()) if (Math.floor(key / 2 ** 24) === file) this.#pages.delete(key);
  }
}
