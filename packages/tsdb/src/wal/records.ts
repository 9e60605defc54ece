// The records of the log: how they are framed, written and read. The layout is in FORMAT.md.

import { assert } from '@ampere/platform';
import { ByteBuffer } from './byte-buffer.ts';
import { CRC_START, continueCrc32c, crc32c } from './crc32c.ts';

export const RECORD_SERIES = 1;
export const RECORD_SAMPLES = 2;
export const RECORD_FLOOR = 3;
/** Begins a batch: with the policy `always`, all before it was synced when it was written. */
export const RECORD_BATCH = 4;
export const RECORD_HISTOGRAMS = 5;
export const RECORD_EXEMPLARS = 6;
/** As samples and histograms, of those out of order. */
export const RECORD_LATE_SAMPLES = 7;
export const RECORD_LATE_HISTOGRAMS = 8;
/** Samples out of order that were logged before it and are before a time are in blocks. */
export const RECORD_LATE_FLOOR = 9;

/** Mark, checksum, length. */
const FRAME_BYTES = 12;

/** Length of a batch record. */
export const BATCH_RECORD_BYTES = FRAME_BYTES + 1;

/** A record is closed when it is so long. */
export const RECORD_BYTES_MAX = 1 << 20;

export const SERIES_NEXT = 1 << 4;
export const SERIES_DELTA = 2 << 4;
export const TIME_DELTA = 1 << 6;

/** Receives the records of the log: payloads are `bytes[from, to)`, valid during the call. */
export interface RecordSink {
  series(bytes: Uint8Array, from: number, to: number): void;
  /** Returns the newest time among them. */
  samples(bytes: Uint8Array, from: number, to: number): number;
  floor(beforeMs: number): void;
  /** Returns the newest time among them. */
  histograms(bytes: Uint8Array, from: number, to: number): number;
  /** Of samples out of order. */
  lateSamples(bytes: Uint8Array, view: DataView, from: number, to: number): void;
  lateHistograms(bytes: Uint8Array, from: number, to: number): void;
  /** Samples out of order before a time, of records before this one, are in blocks. */
  lateFloor(beforeMs: number): void;
  exemplars(bytes: Uint8Array, from: number, to: number): void;
}

/** Builds a series record. */
export class SeriesRecord {
  readonly payload = new ByteBuffer();

  add(number: number, bytes: Uint8Array, from: number, to: number): void {
    this.payload.reserve(16 + to - from);
    this.payload.uvarint(number);
    this.payload.uvarint(to - from);
    this.payload.append(bytes.subarray(from, to));
  }

  clear(): void {
    this.payload.length = 0;
  }
}

/** Goes on with the state of a checksum over a payload. */
export type Checksum = (state: number, payload: Uint8Array) => number;

const checksumHere: Checksum = (state, payload) => continueCrc32c(state, payload, 0, payload.length);

/** Appends a framed record to a batch; its mark is written later, by `stampMark`. */
export function frameRecord(
  batch: ByteBuffer,
  type: number,
  payload: Uint8Array,
  checksum: Checksum = checksumHere,
): void {
  batch.reserve(FRAME_BYTES + 1 + payload.length);
  const at = batch.length;
  const from = at + FRAME_BYTES + 1;
  batch.view.setUint32(at + 8, 1 + payload.length, true);
  batch.bytes[at + 12] = type;
  batch.bytes.set(payload, from);
  batch.length = from + payload.length;
  const state = continueCrc32c(CRC_START, batch.bytes, at + 8, from);
  batch.view.setUint32(at + 4, checksum(state, payload) ^ -1, true);
}

/** Writes the mark of the file they go to into all records of a batch. */
export function stampMark(batch: ByteBuffer, mark: number): void {
  let at = 0;
  while (at < batch.length) {
    batch.view.setUint32(at, mark, true);
    at += FRAME_BYTES + batch.view.getUint32(at + 8, true);
  }
  assert(at === batch.length, 'a batch ends within a record');
}

/** Where the record at `at` ends, or 0 when there is no whole, valid record with this mark. */
export function recordEnd(bytes: Uint8Array, view: DataView, at: number, end: number, mark: number): number {
  if (at + FRAME_BYTES + 1 > end || view.getUint32(at, true) !== mark) return 0;
  const length = view.getUint32(at + 8, true);
  const to = at + FRAME_BYTES + length;
  if (length < 1 || to > end) return 0;
  return crc32c(bytes, at + 8, to) === view.getUint32(at + 4, true) ? to : 0;
}

/** The type of a valid record. */
export function recordType(bytes: Uint8Array, at: number): number {
  return bytes[at + FRAME_BYTES]!;
}

/** Where the payload of a valid record begins. */
export function payloadFrom(at: number): number {
  return at + FRAME_BYTES + 1;
}

/** Payload of a floor record. */
export function floorPayload(beforeMs: number): Uint8Array {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setFloat64(0, beforeMs, true);
  return payload;
}
