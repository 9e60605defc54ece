// Writes chunks into segment files of bounded length, one after the other.

import { assert, type Disk } from '@ampere/platform';
import { crc32c } from '../wal/crc32c.ts';
import {
  SEGMENT_HEADER_BYTES,
  SEGMENT_MAGIC,
  SEGMENT_UNIT,
  SEGMENT_VERSION,
  segmentName,
} from './chunk-segments.ts';
import { FileOutput } from './file-output.ts';

/** Prometheus' bound of a segment. */
export const SEGMENT_BYTES_MAX = 512 << 20;
/** Around a chunk's data: length, encoding, checksum. */
const FRAME_BYTES_MAX = 5 + 1 + 4;

/** A chunk to be written. `bytes[from, to)` belong to the caller again when the writing has resolved. */
export interface ChunkData {
  readonly encoding: number;
  /** Times of its first and last sample, both inclusive. */
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export class ChunkWriter {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #segmentBytesMax: number;
  #output: FileOutput | undefined;
  #segments = 0;

  /** The folder must be there and empty. */
  constructor(disk: Disk, folder: string, segmentBytesMax = SEGMENT_BYTES_MAX) {
    this.#disk = disk;
    this.#folder = folder;
    this.#segmentBytesMax = segmentBytesMax;
  }

  /** Writes a chunk and returns its place. */
  async write(chunk: ChunkData): Promise<number> {
    const length = chunk.to - chunk.from;
    let output = this.#output;
    if (output === undefined || output.position + length + FRAME_BYTES_MAX > this.#segmentBytesMax) {
      output = await this.#startSegment();
    } else if (output.isFull) await output.drain();
    const ref = (this.#segments - 1) * SEGMENT_UNIT + output.position;
    const { buffer } = output;
    buffer.reserve(length + FRAME_BYTES_MAX);
    buffer.uvarint(length);
    const from = buffer.length;
    buffer.bytes[buffer.length++] = chunk.encoding;
    buffer.bytes.set(chunk.bytes.subarray(chunk.from, chunk.to), buffer.length);
    buffer.length += length;
    output.u32(crc32c(buffer.bytes, from, buffer.length));
    return ref;
  }

  /** Makes all segments durable. */
  async finish(): Promise<void> {
    await this.#output?.finish();
    this.#output = undefined;
    await this.#disk.syncFolder(this.#folder);
  }

  async abandon(): Promise<void> {
    await this.#output?.abandon();
    this.#output = undefined;
  }

  async #startSegment(): Promise<FileOutput> {
    const before = this.#output;
    this.#output = undefined;
    await before?.finish();
    const output = await FileOutput.create(this.#disk, `${this.#folder}/${segmentName(this.#segments)}`);
    this.#output = output;
    this.#segments++;
    output.u32(SEGMENT_MAGIC);
    output.u32(SEGMENT_VERSION << 24);
    assert(output.position === SEGMENT_HEADER_BYTES, 'a segment header of another length');
    return output;
  }
}
