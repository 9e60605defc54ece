// The `data` of query and query_range, straight from the columns of the result.

import type { FloatHistogram, MatrixValue, QueryValue, VectorValue } from '@ampere/promql';
import type { SampleColumns } from '@ampere/series';
import { writeHistogram } from './histogram-json.ts';
import type { JsonProducer, JsonWriter } from './json-writer.ts';
import { NUMBER_BYTES_MAX, plainFloatText, putFloat, putTimestamp } from './number-text.ts';

/** How many samples are written between two looks at the writer's size. */
const SAMPLES_PER_BLOCK = 512;
/** `[timestamp,"value"],` */
const SAMPLE_BYTES_MAX = 2 * NUMBER_BYTES_MAX + 6;

/** Prometheus' `{resultType, result, stats}`; `stats` is left out when undefined. */
export function queryData(value: QueryValue, stats: unknown): JsonProducer {
  return function* (writer) {
    writer.raw(`{"resultType":"${value.type}","result":`);
    yield* writeValue(writer, value);
    if (stats !== undefined) {
      writer.raw(',"stats":');
      writer.value(stats);
    }
    writer.raw('}');
  };
}

function* writeValue(writer: JsonWriter, value: QueryValue): Generator<Uint8Array, void> {
  switch (value.type) {
    case 'scalar':
      return writer.raw(`[${value.timeMs / 1000},"${plainFloatText(value.value)}"]`);
    case 'string':
      writer.raw(`[${value.timeMs / 1000},`);
      writer.string(value.value);
      return writer.raw(']');
    case 'vector':
      return yield* writeVector(writer, value);
    case 'matrix':
      return yield* writeMatrix(writer, value);
  }
}

function* writeVector(writer: JsonWriter, vector: VectorValue): Generator<Uint8Array, void> {
  writer.raw('[');
  for (let i = 0; i < vector.labels.length; i++) {
    if (i > 0) writer.raw(',');
    writer.raw('{"metric":');
    writer.labels(vector.labels[i]!);
    const histogram = vector.histograms?.[i];
    if (histogram === undefined) {
      writer.raw(',"value":');
      writeSample(writer, vector.timeMs, vector.values[i]!);
    } else {
      writer.raw(',"histogram":');
      writeHistogramSample(writer, vector.timeMs, histogram);
    }
    writer.raw('}');
    if (writer.isFull) yield writer.take();
  }
  writer.raw(']');
}

function* writeMatrix(writer: JsonWriter, matrix: MatrixValue): Generator<Uint8Array, void> {
  writer.raw('[');
  for (let i = 0; i < matrix.labels.length; i++) {
    if (i > 0) writer.raw(',');
    writer.raw('{"metric":');
    writer.labels(matrix.labels[i]!);
    const columns = matrix.columns[i]!;
    if (columns.histograms === null) yield* writeFloats(writer, columns);
    else yield* writeMixed(writer, columns, columns.histograms);
    writer.raw('}');
    if (writer.isFull) yield writer.take();
  }
  writer.raw(']');
}

function* writeFloats(writer: JsonWriter, columns: SampleColumns): Generator<Uint8Array, void> {
  if (columns.length === 0) return;
  writer.raw(',"values":');
  for (let from = 0; from < columns.length; from += SAMPLES_PER_BLOCK) {
    const to = Math.min(columns.length, from + SAMPLES_PER_BLOCK);
    writer.reserve((to - from) * SAMPLE_BYTES_MAX);
    writer.at = putSamples(writer.bytes, writer.at, columns.timesMs, columns.values, from, to);
    if (writer.isFull) yield writer.take();
  }
  writer.raw(']');
}

/** Writes the samples from `from` up to `to`, each with a `[` or `,` in front. */
function putSamples(
  bytes: Uint8Array,
  at: number,
  timesMs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): number {
  for (let i = from; i < to; i++) {
    bytes[at++] = i === 0 ? 0x5b : 0x2c;
    bytes[at++] = 0x5b;
    at = putTimestamp(bytes, at, timesMs[i]!);
    bytes[at++] = 0x2c;
    bytes[at++] = 0x22;
    at = putFloat(bytes, at, values[i]!);
    bytes[at++] = 0x22;
    bytes[at++] = 0x5d;
  }
  return at;
}

/** A series with floats and histograms: first all of the ones, then all of the others. */
function* writeMixed(
  writer: JsonWriter,
  columns: SampleColumns,
  histograms: readonly (FloatHistogram | undefined)[],
): Generator<Uint8Array, void> {
  for (const [key, wanted] of [
    ['values', false],
    ['histograms', true],
  ] as const) {
    let opened = false;
    for (let i = 0; i < columns.length; i++) {
      const histogram = histograms[i];
      if ((histogram !== undefined) !== wanted) continue;
      writer.raw(opened ? ',' : `,"${key}":[`);
      opened = true;
      if (histogram === undefined) writeSample(writer, columns.timesMs[i]!, columns.values[i]!);
      else writeHistogramSample(writer, columns.timesMs[i]!, histogram);
      if (writer.isFull) yield writer.take();
    }
    if (opened) writer.raw(']');
  }
}

function writeSample(writer: JsonWriter, timeMs: number, value: number): void {
  writer.reserve(SAMPLE_BYTES_MAX);
  const { bytes } = writer;
  let { at } = writer;
  bytes[at++] = 0x5b;
  at = putTimestamp(bytes, at, timeMs);
  bytes[at++] = 0x2c;
  bytes[at++] = 0x22;
  at = putFloat(bytes, at, value);
  bytes[at++] = 0x22;
  bytes[at++] = 0x5d;
  writer.at = at;
}

function writeHistogramSample(writer: JsonWriter, timeMs: number, histogram: FloatHistogram): void {
  writer.reserve(NUMBER_BYTES_MAX + 2);
  writer.raw('[');
  writer.at = putTimestamp(writer.bytes, writer.at, timeMs);
  writer.raw(',');
  writeHistogram(writer, histogram);
  writer.raw(']');
}
