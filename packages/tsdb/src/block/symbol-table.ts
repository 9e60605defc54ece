// The texts of an index: label names and values, each once.
//
// 1. When it is opened, the table is checked and every 32nd symbol's place is remembered.
// 2. A look-up reads the run of 32 that the symbol is in and walks to it.
// 3. Symbols that were looked up are kept as strings, up to a bound, since the same few come again.
//
// Version 2 numbers the symbols, version 1 names them by their file offset.

import type { ByteCursor } from './byte-cursor.ts';
import { EntryRuns, readSection, SAMPLE_EVERY, type TableOfContents } from './index-sections.ts';
import type { PagedFile } from './paged-file.ts';

/** Kept strings are forgotten all at once beyond so many. */
const STRINGS_MAX = 1 << 16;

export class SymbolTable {
  readonly #file: PagedFile;
  readonly #cursor: ByteCursor;
  readonly #byOffset: boolean;
  readonly #runs = new EntryRuns();
  readonly #strings = new Map<number, string>();
  readonly count: number;

  constructor(file: PagedFile, toc: TableOfContents, cursor: ByteCursor) {
    this.#file = file;
    this.#cursor = cursor;
    this.#byOffset = toc.version === 1;
    if (toc.symbols === 0) {
      this.count = 0;
      return;
    }
    readSection(file, toc.symbols, 'symbol table', cursor);
    this.count = cursor.u32();
    for (let i = 0; i < this.count; i += SAMPLE_EVERY) {
      const from = cursor.at;
      const fileOffset = cursor.fileOffset;
      for (let j = i; j < Math.min(this.count, i + SAMPLE_EVERY); j++) cursor.skip(cursor.uvarint());
      this.#runs.add(fileOffset, cursor.bytes, from, cursor.at);
    }
    if (!cursor.isAtEnd) cursor.fail('the symbol table has more than it counts');
  }

  /** Moves the shared cursor. */
  lookup(symbol: number): string {
    const known = this.#strings.get(symbol);
    if (known !== undefined) return known;
    const text = this.#byOffset ? this.#readAt(symbol) : this.#read(symbol);
    if (this.#strings.size >= STRINGS_MAX) this.#strings.clear();
    this.#strings.set(symbol, text);
    return text;
  }

  #read(symbol: number): string {
    if (symbol >= this.count) throw this.#unknown(symbol);
    const cursor = this.#runs.locate(this.#file, Math.floor(symbol / SAMPLE_EVERY), this.#cursor);
    for (let i = symbol % SAMPLE_EVERY; i > 0; i--) cursor.skip(cursor.uvarint());
    return cursor.text();
  }

  #readAt(fileOffset: number): string {
    let run = 0;
    let above = this.#runs.count;
    while (above - run > 1) {
      const middle = (run + above) >>> 1;
      if (this.#runs.begin(middle) <= fileOffset) run = middle;
      else above = middle;
    }
    if (this.count === 0) throw this.#unknown(fileOffset);
    const cursor = this.#runs.locate(this.#file, run, this.#cursor);
    while (cursor.fileOffset < fileOffset && !cursor.isAtEnd) cursor.skip(cursor.uvarint());
    if (cursor.isAtEnd || cursor.fileOffset !== fileOffset) throw this.#unknown(fileOffset);
    return cursor.text();
  }

  #unknown(symbol: number): Error {
    return this.#file.corrupt(0, `a series refers to symbol ${symbol}, which there isn't`);
  }
}
