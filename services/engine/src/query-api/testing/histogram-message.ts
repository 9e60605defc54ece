import type { FloatHistogram } from '@ampere/promql';

/** A `Histogram` message of Prometheus' remote.proto, with float counts. */
export function encodeHistogram(histogram: FloatHistogram, timeMs: number): Uint8Array {
  return new Uint8Array([
    ...double(2, histogram.count),
    ...double(3, histogram.sum),
    ...signed(4, histogram.schema),
    ...double(5, histogram.zeroThreshold),
    ...double(7, histogram.zeroCount),
    ...histogram.negativeSpans.flatMap((span) => encodeSpan(8, span)),
    ...bytes(10, packed(histogram.negativeBuckets)),
    ...histogram.positiveSpans.flatMap((span) => encodeSpan(11, span)),
    ...bytes(13, packed(histogram.positiveBuckets)),
    ...varint((15n << 3n) | 0n),
    ...varint(BigInt(timeMs)),
  ]);
}

function encodeSpan(field: number, { offset, length }: FloatHistogram['positiveSpans'][number]): number[] {
  return bytes(field, [...signed(1, offset), ...varint(2n << 3n), ...varint(BigInt(length))]);
}

function packed(values: Float64Array): number[] {
  return [...new Uint8Array(values.slice().buffer)];
}

function double(field: number, value: number): number[] {
  return [(field << 3) | 1, ...packed(Float64Array.of(value))];
}

/** A zigzag integer. */
function signed(field: number, value: number): number[] {
  return [field << 3, ...varint(BigInt(value < 0 ? -2 * value - 1 : 2 * value))];
}

function bytes(field: number, content: readonly number[]): number[] {
  return [(field << 3) | 2, ...varint(BigInt(content.length)), ...content];
}

function varint(value: bigint): number[] {
  const encoded: number[] = [];
  for (; value >= 0x80n; value >>= 7n) encoded.push(Number(value & 0x7fn) | 0x80);
  encoded.push(Number(value));
  return encoded;
}
