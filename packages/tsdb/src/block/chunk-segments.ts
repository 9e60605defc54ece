// Reads chunks from a block's segment files.
//
// A chunk's place is one number: the segment (from 0) in units of 2^32, and the byte in it. A chunk is
// its length, encoding, data and checksum, which is compared at every reading.

import type { Disk } from '@ampere/platform';
import { crc32c } from '../wal/crc32c.ts';
import { BlockError } from './block-error.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { PageCache } from './page-cache.ts';
import { PagedFile } from './paged-file.ts';

export const CHUNKS_FOLDER = 'chunks';
export const SEGMENT_MAGIC = 0x85bd40dd;
export const SEGMENT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 8;
/** A place = segment × this + byte. */
export const SEGMENT_UNIT = 2 ** 32;
export const CHUNK_LENGTH_BYTES_MAX = 5;

export const ENCODING_XOR = 1;
export const ENCODING_HISTOGRAM = 2;
export const ENCODING_FLOAT_HISTOGRAM = 3;

export function segmentName(segment: number): string {
  return String(segment + 1).padStart(6, '0');
}

export class ChunkSegments {
  readonly #folder: string;
  readonly #files: PagedFile[] = [];
  readonly #cursor = new ByteCursor();
  /** The chunk that was located last: its data is `length` bytes from `at` on, valid until the next reading. */
  encoding = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  length = 0;

  constructor(disk: Disk, folder: string, cache: PageCache) {
    this.#folder = folder;
    try {
      for (;;) {
        let file: PagedFile;
        try {
          file = PagedFile.open(disk, `${folder}/${segmentName(this.#files.length)}`, cache);
        } catch (error) {
          if (error instanceof BlockError && error.code === 'missing') break;
          throw error;
        }
        this.#files.push(file);
        this.#checkHeader(file);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Of all segments. */
  get bytesOnDisk(): number {
    return this.#files.reduce((sum, file) => sum + file.size, 0);
  }

  /** Finds a chunk and checks it; throws a BlockError when it isn't what was written. */
  locate(ref: number): void {
    const segment = Math.floor(ref / SEGMENT_UNIT);
    const offset = ref % SEGMENT_UNIT;
    const file = this.#files[segment];
    if (file === undefined) {
      const path = `${this.#folder}/${segmentName(segment)}`;
      throw new BlockError('missing', path, offset, 'a series has a chunk here; the file is missing');
    }
    const cursor = this.#cursor;
    const headBytes = Math.max(0, Math.min(CHUNK_LENGTH_BYTES_MAX, file.size - offset));
    file.locate(offset, headBytes);
    const length = cursor.reset(file.path, offset, file.bytes, file.at, file.at + headBytes).uvarint();
    const from = cursor.fileOffset;
    file.locate(from, 1 + length + 4);
    const end = file.at + 1 + length;
    cursor.reset(file.path, from + 1 + length, file.bytes, end, end + 4);
    if (cursor.u32() !== crc32c(file.bytes, file.at, end)) {
      throw file.corrupt(offset, "a chunk doesn't match its checksum");
    }
    this.encoding = file.bytes[file.at]!;
    this.bytes = file.bytes;
    this.view = file.view;
    this.at = file.at + 1;
    this.length = length;
    if (this.encoding < ENCODING_XOR || this.encoding > ENCODING_FLOAT_HISTOGRAM) {
      throw this.failure(ref, 'unsupported', `a chunk has encoding ${this.encoding}; 1, 2 and 3 are known`);
    }
    if (length < 2) throw this.failure(ref, 'corrupt', 'a chunk is too short to have samples');
  }

  /** An error about the chunk at a place. */
  failure(ref: number, code: 'corrupt' | 'unsupported', what: string, cause?: unknown): BlockError {
    const path = `${this.#folder}/${segmentName(Math.floor(ref / SEGMENT_UNIT))}`;
    return new BlockError(code, path, ref % SEGMENT_UNIT, what, { cause });
  }

  close(): void {
    for (const file of this.#files) file.close();
    this.#files.length = 0;
  }

  #checkHeader(file: PagedFile): void {
    if (file.size < SEGMENT_HEADER_BYTES) throw file.corrupt(0, 'is too short for a segment');
    const head = file.read(0, SEGMENT_HEADER_BYTES);
    const cursor = this.#cursor.reset(file.path, 0, head, 0, head.length);
    if (cursor.u32() !== SEGMENT_MAGIC) throw file.corrupt(0, "doesn't begin as a segment does");
    const version = cursor.u8();
    if (version !== SEGMENT_VERSION) {
      throw new BlockError(
        'unsupported',
        file.path,
        4,
        `has version ${version}; ${SEGMENT_VERSION} is known`,
      );
    }
  }
}
