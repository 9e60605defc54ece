// What stands before the samples of a native histogram chunk: the header and the layout of its buckets.
//
//   samples (2 bytes, big-endian), flags (1 byte), then one run of bits:
//   zero threshold, schema, positive spans, negative spans, custom values (with schema -53 alone)
//
// 1. The top two bits of the flags say how the chunk came to be: 00 unknown, 10 after a counter reset, 01
//    surely not, 11 gauges.
// 2. The zero threshold is one byte for 0 and for powers of two from 2^-243 to 2^10, else 255 and the float.
// 3. Spans are their number, then each length and offset. Custom values are their number, then each as a
//    count of thousandths plus one where that is exact and below 33554.431, else a zero bit and the float.
//
// Format: docs/format/chunks.md of Prometheus' tsdb.

import type { FloatHistogram } from '@ampere/series';
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { putVarbitInt, putVarbitUint, readVarbitInt, readVarbitUint } from './varbit.ts';

export const HISTOGRAM_HEADER_BYTES = 3;
export const CUSTOM_BUCKETS = -53;

export const RESET_UNKNOWN = 0b00;
export const RESET_NOT = 0b01;
export const RESET_SURE = 0b10;
export const RESET_GAUGE = 0b11;
/** How a chunk came to be, as its header has it. */
export type ResetHeader = 0 | 1 | 2 | 3;

export type Spans = FloatHistogram['positiveSpans'];

/** What all histograms of a chunk have in common. */
export interface HistogramLayout {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly positiveSpans: Spans;
  readonly negativeSpans: Spans;
  readonly customValues: Float64Array | null;
}

const WHOLE_THRESHOLD = 255;
const EXPONENT_OFFSET = 243;
const THRESHOLD_EXPONENT_MIN = -242;
const THRESHOLD_EXPONENT_MAX = 11;
const THOUSANDTHS_MAX = 33_554_430;
/** More buckets than any chunk has: what says so is broken, and is refused before memory is taken. */
const BUCKETS_MAX = 1 << 20;

const words = new DataView(new ArrayBuffer(8));

export function putLayout(writer: BitWriter, layout: HistogramLayout): void {
  putThreshold(writer, layout.zeroThreshold);
  putVarbitInt(writer, layout.schema);
  putSpans(writer, layout.positiveSpans);
  putSpans(writer, layout.negativeSpans);
  if (layout.schema !== CUSTOM_BUCKETS) return;
  const values = layout.customValues ?? new Float64Array(0);
  putVarbitUint(writer, values.length);
  for (const value of values) putCustomValue(writer, value);
}

/** @throws RangeError where the bits contradict themselves */
export function readLayout(reader: BitReader): HistogramLayout {
  const zeroThreshold = readThreshold(reader);
  const schema = readVarbitInt(reader);
  const positiveSpans = readSpans(reader);
  const negativeSpans = readSpans(reader);
  let customValues: Float64Array | null = null;
  if (schema === CUSTOM_BUCKETS) {
    customValues = new Float64Array(bounded(readVarbitUint(reader), reader));
    for (let i = 0; i < customValues.length; i++) customValues[i] = readCustomValue(reader);
  }
  return { schema, zeroThreshold, positiveSpans, negativeSpans, customValues };
}

/** How many buckets spans have. */
export function bucketsOf(spans: Spans): number {
  let buckets = 0;
  for (const { length } of spans) buckets += length;
  return buckets;
}

function putThreshold(writer: BitWriter, threshold: number): void {
  if (threshold === 0) {
    writer.put(0, 8);
    return;
  }
  // The exponent of 0.5 × 2^exponent, for a positive power of two that isn't subnormal.
  words.setFloat64(0, threshold);
  const high = words.getUint32(0);
  const exponent = (high >>> 20) - 1022;
  const isPower = (high & 0xfffff) === 0 && words.getUint32(4) === 0;
  if (isPower && exponent >= THRESHOLD_EXPONENT_MIN && exponent <= THRESHOLD_EXPONENT_MAX) {
    writer.put(exponent + EXPONENT_OFFSET, 8);
    return;
  }
  writer.put(WHOLE_THRESHOLD, 8);
  writer.putDouble(threshold);
}

function readThreshold(reader: BitReader): number {
  const byte = reader.take(8);
  if (byte === 0) return 0;
  return byte === WHOLE_THRESHOLD ? readDouble(reader) : 2 ** (byte - EXPONENT_OFFSET - 1);
}

function putSpans(writer: BitWriter, spans: Spans): void {
  putVarbitUint(writer, spans.length);
  for (const { offset, length } of spans) {
    putVarbitUint(writer, length);
    putVarbitInt(writer, offset);
  }
}

function readSpans(reader: BitReader): Spans {
  const spans: { offset: number; length: number }[] = [];
  let buckets = 0;
  for (let left = bounded(readVarbitUint(reader), reader); left > 0; left--) {
    const length = readVarbitUint(reader);
    buckets += length;
    if (buckets > BUCKETS_MAX) throw new RangeError('a histogram chunk says it has too many buckets');
    spans.push({ length, offset: readVarbitInt(reader) });
  }
  return spans;
}

/** A number of things that take at least a bit each. */
function bounded(count: number, reader: BitReader): number {
  if (count <= reader.left) return count;
  throw new RangeError('a histogram chunk says it has more than it holds');
}

function putCustomValue(writer: BitWriter, value: number): void {
  const thousandths = value * 1000;
  const rounded = Math.round(thousandths);
  if (thousandths >= 0 && thousandths <= THOUSANDTHS_MAX && rounded / 1000 === value) {
    putVarbitUint(writer, rounded + 1);
    return;
  }
  writer.put(0, 1);
  writer.putDouble(value);
}

function readCustomValue(reader: BitReader): number {
  const thousandths = readVarbitUint(reader);
  return thousandths === 0 ? readDouble(reader) : (thousandths - 1) / 1000;
}

export function readDouble(reader: BitReader): number {
  words.setUint32(0, reader.take(32));
  words.setUint32(4, reader.take(32));
  return words.getFloat64(0);
}
