// Reads an index file: symbols, lists of series, and the series with the places of their chunks.
//
// Series are known by the number that the lists hold: their file offset, in version 2 divided by 16.
// Whatever is read is checked against its checksum each time. The symbols and the table of lists, which take
// a third of a second at a million series, are read when they are first needed: starting opens every block.

import type { Disk } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { crc32c } from '../wal/crc32c.ts';
import { ByteCursor } from './byte-cursor.ts';
import { readSection, readTableOfContents, type TableOfContents } from './index-sections.ts';
import type { PageCache } from './page-cache.ts';
import { PagedFile } from './paged-file.ts';
import { type PostingsTable, readPostingsTable } from './postings-table.ts';
import { SymbolTable } from './symbol-table.ts';

export const SERIES_ALIGN_BYTES = 16;
/** A series entry begins with its length in so many bytes at most. */
const LENGTH_BYTES_MAX = 5;

/** One series as the index has it; filled anew by each reading. */
export class SeriesEntry {
  /** Symbols: name, value, name, value … */
  readonly symbols: number[] = [];
  chunkCount = 0;
  /** Per chunk: times of its first and last sample, both inclusive, and its place. */
  readonly minTimesMs: number[] = [];
  readonly maxTimesMs: number[] = [];
  readonly chunkRefs: number[] = [];
}

export class IndexReader {
  readonly #file: PagedFile;
  readonly #cursor = new ByteCursor();
  readonly #toc: TableOfContents;
  #symbols: SymbolTable | undefined;
  #table: PostingsTable | undefined;

  constructor(disk: Disk, path: string, cache: PageCache) {
    this.#file = PagedFile.open(disk, path, cache);
    try {
      this.#toc = readTableOfContents(this.#file);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#file.size;
  }

  get version(): 1 | 2 {
    return this.#toc.version;
  }

  get symbols(): SymbolTable {
    this.#symbols ??= new SymbolTable(this.#file, this.#toc, this.#cursor);
    return this.#symbols;
  }

  get table(): PostingsTable {
    this.#table ??= readPostingsTable(this.#file, this.#toc, this.#cursor);
    return this.#table;
  }

  /** Reads and checks both tables and the list of all series. */
  verify(): void {
    void this.symbols;
    this.allSeries();
  }

  /** All series, in the order of their labels; owned by the caller. */
  allSeries(): Uint32Array {
    const offset = this.table.find('', '');
    return offset === undefined ? new Uint32Array(0) : this.readList(offset);
  }

  /** The ascending list of series at a place that the table names; owned by the caller. */
  readList(offset: number): Uint32Array {
    const cursor = readSection(this.#file, offset, 'list of series', this.#cursor);
    const count = cursor.u32();
    if (cursor.end - cursor.at !== 4 * count) cursor.fail(`a list of ${count} series has another length`);
    const list = new Uint32Array(count);
    const { bytes } = cursor;
    for (let i = 0, at = cursor.at; i < count; i++, at += 4) {
      list[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    return list;
  }

  readSeries(series: number, into: SeriesEntry): void {
    const offset = this.#toc.version === 1 ? series : series * SERIES_ALIGN_BYTES;
    const file = this.#file;
    const cursor = this.#cursor;
    const headBytes = Math.max(0, Math.min(LENGTH_BYTES_MAX, file.size - offset));
    file.locate(offset, headBytes);
    cursor.reset(file.path, offset, file.bytes, file.at, file.at + headBytes);
    const length = cursor.uvarint();
    const from = cursor.fileOffset;
    file.locate(from, length + 4);
    cursor.reset(file.path, from, file.bytes, file.at + length, file.at + length + 4);
    if (cursor.u32() !== crc32c(file.bytes, file.at, file.at + length)) {
      throw file.corrupt(offset, "a series doesn't match its checksum");
    }
    this.#parseSeries(cursor.reset(file.path, from, file.bytes, file.at, file.at + length), into);
  }

  #parseSeries(cursor: ByteCursor, into: SeriesEntry): void {
    const symbols = 2 * cursor.uvarint();
    if (symbols > cursor.end - cursor.at) cursor.fail('a series has more labels than bytes');
    into.symbols.length = symbols;
    for (let i = 0; i < symbols; i++) into.symbols[i] = cursor.uvarint();
    const chunks = cursor.uvarint();
    if (chunks > cursor.end - cursor.at) cursor.fail('a series has more chunks than bytes');
    into.chunkCount = chunks;
    let timeMs = 0;
    let ref = 0;
    for (let i = 0; i < chunks; i++) {
      timeMs += i === 0 ? cursor.varint() : cursor.uvarint();
      into.minTimesMs[i] = timeMs;
      timeMs += cursor.uvarint();
      into.maxTimesMs[i] = timeMs;
      ref += i === 0 ? cursor.uvarint() : cursor.varint();
      into.chunkRefs[i] = ref;
    }
    if (!Number.isSafeInteger(timeMs) || !Number.isSafeInteger(ref)) {
      cursor.fail('times or places of chunks are beyond 2^53');
    }
  }

  labelsOf(entry: SeriesEntry): Labels {
    const names: string[] = [];
    const values: string[] = [];
    const { symbols } = this;
    for (let i = 0; i < entry.symbols.length; i += 2) {
      names.push(symbols.lookup(entry.symbols[i]!));
      values.push(symbols.lookup(entry.symbols[i + 1]!));
    }
    return new Labels(names, values);
  }

  close(): void {
    this.#file.close();
  }
}
