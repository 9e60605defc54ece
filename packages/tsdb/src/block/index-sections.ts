// The index file's frame: header, table of contents, and sections guarded by checksums.

import { crc32c } from '../wal/crc32c.ts';
import { BlockError } from './block-error.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { PagedFile } from './paged-file.ts';

export const INDEX_FILE = 'index';
export const INDEX_MAGIC = 0xbaaad700;
export const INDEX_HEADER_BYTES = 5;
export const TOC_BYTES = 6 * 8 + 4;
/** Entries of the symbol and postings tables between two that are remembered; Prometheus' number. */
export const SAMPLE_EVERY = 32;

/** Where the sections begin; 0 where there is none. */
export interface TableOfContents {
  readonly version: 1 | 2;
  readonly symbols: number;
  readonly series: number;
  readonly postingsTable: number;
}

export function readTableOfContents(file: PagedFile): TableOfContents {
  if (file.size < INDEX_HEADER_BYTES + TOC_BYTES) throw file.corrupt(0, 'is too short for an index');
  const header = file.read(0, INDEX_HEADER_BYTES);
  const cursor = new ByteCursor().reset(file.path, 0, header, 0, header.length);
  if (cursor.u32() !== INDEX_MAGIC) throw file.corrupt(0, "doesn't begin as an index does");
  const version = cursor.u8();
  if (version !== 1 && version !== 2) {
    throw new BlockError('unsupported', file.path, 4, `has version ${version}; 1 and 2 are known`);
  }
  const offset = file.size - TOC_BYTES;
  const toc = file.read(offset, TOC_BYTES);
  cursor.reset(file.path, offset, toc, 0, toc.length);
  const symbols = cursor.u64();
  const series = cursor.u64();
  cursor.skip(16);
  cursor.u64();
  const postingsTable = cursor.u64();
  if (cursor.u32() !== crc32c(toc, 0, TOC_BYTES - 4)) {
    throw file.corrupt(offset, "the table of contents doesn't match its checksum");
  }
  return { version, symbols, series, postingsTable };
}

/**
 * Reads a section (length, content, checksum) into memory of its own and checks it; the cursor is left on
 * its content.
 */
export function readSection(file: PagedFile, offset: number, what: string, cursor: ByteCursor): ByteCursor {
  const head = file.read(offset, 4);
  const length = cursor.reset(file.path, offset, head, 0, 4).u32();
  const bytes = file.read(offset + 4, length + 4);
  cursor.reset(file.path, offset + 4, bytes, length, length + 4);
  if (cursor.u32() !== crc32c(bytes, 0, length)) {
    throw file.corrupt(offset, `the ${what} doesn't match its checksum`);
  }
  return cursor.reset(file.path, offset + 4, bytes, 0, length);
}

/**
 * Runs of table entries that are looked at together. A table is checked as a whole when it is opened, and
 * each run again, by a checksum kept here, whenever it is read.
 */
export class EntryRuns {
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  readonly #checksums: number[] = [];

  get count(): number {
    return this.#begins.length;
  }

  /** File offset of a run's first byte; runs ascend. */
  begin(run: number): number {
    return this.#begins[run]!;
  }

  /** Remembers `bytes[from, to)`, of which byte `from` lies at `fileOffset`, as the next run. */
  add(fileOffset: number, bytes: Uint8Array, from: number, to: number): void {
    this.#begins.push(fileOffset);
    this.#ends.push(fileOffset + to - from);
    this.#checksums.push(crc32c(bytes, from, to));
  }

  /** Puts the cursor on a run. */
  locate(file: PagedFile, run: number, cursor: ByteCursor): ByteCursor {
    const begin = this.#begins[run]!;
    const length = this.#ends[run]! - begin;
    file.locate(begin, length);
    if (crc32c(file.bytes, file.at, file.at + length) !== this.#checksums[run]) {
      throw file.corrupt(begin, 'has changed since it was opened');
    }
    return cursor.reset(file.path, begin, file.bytes, file.at, file.at + length);
  }
}
