import { type FloatHistogram, STALE_HIGH_WORD, STALE_LOW_WORD } from '@ampere/series';
import { MessageWriter, varint } from './message-writer.ts';

/** A native histogram to send. */
export interface OutgoingHistogram {
  readonly timestampMs: number;
  readonly histogram: FloatHistogram;
  readonly kind: 'integer' | 'float';
  /** Sends the stale marker as the sum. */
  readonly stale?: boolean;
}

const RESET_HINTS = ['unknown', 'reset', 'not-reset', 'gauge'];

/** A Histogram message, the same in both versions of the protocol. */
export function encodeHistogram({ timestampMs, histogram, kind, stale }: OutgoingHistogram): Uint8Array {
  const isFloat = kind === 'float';
  const writer = new MessageWriter();
  // Of a oneof, zero is sent too: it tells which member there is.
  if (isFloat) writer.bytes(tagged(2, 1), double(histogram.count));
  else writer.bytes(tagged(1, 0), varint(BigInt(histogram.count)));
  const sum = double(histogram.sum);
  if (stale === true) {
    const view = new DataView(sum.buffer);
    view.setUint32(0, STALE_LOW_WORD, true);
    view.setUint32(4, STALE_HIGH_WORD, true);
  }
  writer.fixed64(3, new DataView(sum.buffer));
  writer.varint(4, zigzag(histogram.schema));
  writer.fixed64(5, new DataView(double(histogram.zeroThreshold).buffer));
  if (isFloat) writer.bytes(tagged(7, 1), double(histogram.zeroCount));
  else writer.bytes(tagged(6, 0), varint(BigInt(histogram.zeroCount)));
  for (const span of histogram.negativeSpans) writer.message(8, encodeSpan(span));
  if (isFloat) packed(writer, 10, histogram.negativeBuckets);
  else deltas(writer, 9, histogram.negativeBuckets);
  for (const span of histogram.positiveSpans) writer.message(11, encodeSpan(span));
  if (isFloat) packed(writer, 13, histogram.positiveBuckets);
  else deltas(writer, 12, histogram.positiveBuckets);
  writer.varint(14, BigInt(RESET_HINTS.indexOf(histogram.counterReset)));
  writer.varint(15, BigInt(timestampMs));
  packed(writer, 16, histogram.customValues ?? []);
  return writer.finish();
}

function tagged(field: number, wire: number): Uint8Array {
  return varint(BigInt((field << 3) | wire));
}

function double(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float64Array.of(value).buffer);
}

function zigzag(value: number): bigint {
  return BigInt(value < 0 ? -2 * value - 1 : 2 * value);
}

function encodeSpan({ offset, length }: { readonly offset: number; readonly length: number }): Uint8Array {
  return new MessageWriter().varint(1, zigzag(offset)).varint(2, BigInt(length)).finish();
}

function packed(writer: MessageWriter, field: number, values: Iterable<number>): void {
  const bytes = Buffer.concat([...values].map(double));
  if (bytes.length > 0) writer.message(field, bytes);
}

function deltas(writer: MessageWriter, field: number, counts: Float64Array): void {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < counts.length; i++) parts.push(varint(zigzag(counts[i]! - (counts[i - 1] ?? 0))));
  if (parts.length > 0) writer.message(field, Buffer.concat(parts));
}
