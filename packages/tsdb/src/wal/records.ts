// The records of the log: how they are framed, written and read. The layout is in FORMAT.md.

import { assert } from '@ampere/platform';
import { ByteBuffer } from './byte-buffer.ts';
import { crc32c } from './crc32c.ts';
import {
  type HistogramSink,
  type LoggedExemplar,
  readExemplars,
  readHistograms,
} from './histogram-records.ts';
import { readLateSamples } from './late-records.ts';

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

/** Receives what a record holds. */
export interface RecordSink {
  /** The label set is `bytes[from, to)`, valid during the call. */
  series(number: number, bytes: Uint8Array, from: number, to: number): void;
  sample(series: number, timeMs: number, low: number, high: number): void;
  floor(beforeMs: number): void;
  histogram: HistogramSink;
  lateSample(series: number, timeMs: number, low: number, high: number): void;
  lateHistogram: HistogramSink;
  lateFloor(beforeMs: number): void;
  /** The series' canonical label set is `bytes[from, to)`, valid during the call. */
  exemplar(bytes: Uint8Array, from: number, to: number, exemplar: LoggedExemplar): void;
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

/** Appends a framed record to a batch; its mark is written later, by `stampMark`. */
export function frameRecord(batch: ByteBuffer, type: number, payload: Uint8Array): void {
  batch.reserve(FRAME_BYTES + 1 + payload.length);
  const at = batch.length;
  batch.view.setUint32(at + 8, 1 + payload.length, true);
  batch.bytes[at + 12] = type;
  batch.bytes.set(payload, at + FRAME_BYTES + 1);
  batch.length = at + FRAME_BYTES + 1 + payload.length;
  batch.view.setUint32(at + 4, crc32c(batch.bytes, at + 8, batch.length), true);
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

/** Hands the content of a valid record to a sink; false when it is of a kind that we don't know. */
export function readRecord(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  to: number,
  sink: RecordSink,
): boolean {
  const from = at + FRAME_BYTES + 1;
  switch (bytes[from - 1]) {
    case RECORD_SERIES:
      readSeries(bytes, from, to, sink);
      return true;
    case RECORD_SAMPLES:
      readSamples(bytes, view, from, to, sink);
      return true;
    case RECORD_FLOOR:
      sink.floor(view.getFloat64(from, true));
      return true;
    case RECORD_BATCH:
      return true;
    case RECORD_HISTOGRAMS:
      readHistograms(bytes, from, to, sink.histogram);
      return true;
    case RECORD_LATE_SAMPLES:
      readLateSamples(bytes, view, from, to, (...one) => sink.lateSample(...one));
      return true;
    case RECORD_LATE_HISTOGRAMS:
      readHistograms(bytes, from, to, sink.lateHistogram);
      return true;
    case RECORD_LATE_FLOOR:
      sink.lateFloor(view.getFloat64(from, true));
      return true;
    case RECORD_EXEMPLARS:
      readExemplars(bytes, from, to, (...one) => sink.exemplar(...one));
      return true;
    default:
      return false;
  }
}

/** Payload of a floor record. */
export function floorPayload(beforeMs: number): Uint8Array {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setFloat64(0, beforeMs, true);
  return payload;
}

/** Where reading stands: varints are read through it. */
let cursor = 0;

function readUvarint(bytes: Uint8Array): number {
  let byte = bytes[cursor++]!;
  let value = byte & 0x7f;
  let unit = 128;
  while (byte >= 0x80) {
    byte = bytes[cursor++]!;
    value += (byte & 0x7f) * unit;
    unit *= 128;
  }
  return value;
}

function readVarint(bytes: Uint8Array): number {
  const value = readUvarint(bytes);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readSeries(bytes: Uint8Array, from: number, to: number, sink: RecordSink): void {
  cursor = from;
  while (cursor < to) {
    const number = readUvarint(bytes);
    const length = readUvarint(bytes);
    const labelsFrom = cursor;
    cursor += length;
    sink.series(number, bytes, labelsFrom, cursor);
  }
}

/** `view` must be readable for 8 bytes behind `to`. */
function readSamples(bytes: Uint8Array, view: DataView, from: number, to: number, sink: RecordSink): void {
  let series = 0;
  let timeMs = 0;
  let at = from;
  while (at < to) {
    const control = bytes[at++]!;
    const seriesBits = control & (3 << 4);
    if (seriesBits === SERIES_NEXT) {
      series++;
    } else if (seriesBits === SERIES_DELTA) {
      cursor = at;
      series += readVarint(bytes);
      at = cursor;
    }
    if ((control & TIME_DELTA) !== 0) {
      cursor = at;
      timeMs += readVarint(bytes);
      at = cursor;
    }
    const valueBytes = control & 15;
    let high = 0;
    let low = 0;
    if (valueBytes > 4) {
      high = view.getUint32(at);
      low = view.getUint32(at + 4) & (-1 << (64 - 8 * valueBytes));
    } else if (valueBytes > 0) {
      high = view.getUint32(at) & (-1 << (32 - 8 * valueBytes));
    }
    at += valueBytes;
    sink.sample(series, timeMs, low >>> 0, high >>> 0);
  }
}
