// Pages of files that were read, bounded in bytes. One per thread: everything that reads blocks there
// shares it.
//
// When it is full, pages give way in the order in which they came, but for those that were used since it was
// their turn last (the clock algorithm). Their memory is used again, so whoever remembers a page compares its
// key before using it.

/** How much is read at once; a multiple of what disks and file systems deal in. */
export const PAGE_BYTES = 64 << 10;

/** Behind every page may be read so far (its content means nothing): decoders take bits ahead. */
export const PAGE_SLACK_BYTES = 16;

const CACHE_BYTES = 64 << 20;
/** A key = file × this + page: files of up to 1 TiB. */
const PAGES_PER_FILE = 2 ** 24;

export interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Which page of which file it is now. */
  key: number;
  isUsed: boolean;
}

export class PageCache {
  readonly #pagesMax: number;
  /** In the order in which they will be asked to give way. */
  readonly #pages = new Map<number, Page>();
  #files = 0;

  constructor(bytesMax = CACHE_BYTES) {
    this.#pagesMax = Math.max(1, Math.floor(bytesMax / PAGE_BYTES));
  }

  /** Memory in use. */
  get bytes(): number {
    return this.#pages.size * (PAGE_BYTES + PAGE_SLACK_BYTES);
  }

  /** The key of a file's page 0, for a file that is opened; those of the others follow. */
  addFile(): number {
    return this.#files++ * PAGES_PER_FILE;
  }

  get(key: number): Page | undefined {
    return this.#pages.get(key);
  }

  /** A page about to be read. The one that gives way for it is valid no more. */
  add(key: number): Page {
    const page = this.#pages.size < this.#pagesMax ? newPage() : this.#takeOldest();
    page.key = key;
    page.isUsed = false;
    this.#pages.set(key, page);
    return page;
  }

  /** Forgets a page whose reading failed. */
  remove(page: Page): void {
    this.#pages.delete(page.key);
    page.key = -1;
  }

  /** Forgets all pages of a file that is closed. */
  removeFile(file: number): void {
    for (const page of [...this.#pages.values()]) {
      if (page.key >= file && page.key < file + PAGES_PER_FILE) this.remove(page);
    }
  }

  #takeOldest(): Page {
    for (const [key, page] of this.#pages) {
      this.#pages.delete(key);
      if (!page.isUsed) return page;
      // It moves to the end, and goes for good when it comes round unused.
      page.isUsed = false;
      this.#pages.set(key, page);
    }
    throw new Error('BUG: no page to take');
  }
}

function newPage(): Page {
  const bytes = new Uint8Array(PAGE_BYTES + PAGE_SLACK_BYTES);
  return { bytes, view: new DataView(bytes.buffer), key: -1, isUsed: false };
}
