// The records of native histograms and of exemplars: see FORMAT.md.

import { type FloatHistogram, Labels } from '@ampere/series';
import type { HistogramKind } from '../chunk/histogram-encode.ts';
import { NO_HISTOGRAM, storedKind } from '../chunk/histogram-encode.ts';
import { ByteBuffer } from './byte-buffer.ts';

const FLOAT = 1;
const STALE = 2;
const HINT_SHIFT = 2;
const CUSTOM = 16;
const HINTS = ['unknown', 'reset', 'not-reset', 'gauge'] as const;

/** An exemplar as it is logged. */
export interface LoggedExemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs: number;
}

type Spans = FloatHistogram['positiveSpans'];

/** Builds a histograms record. */
export class HistogramsRecord {
  readonly payload = new ByteBuffer();
  maxTimeMs = Number.NEGATIVE_INFINITY;
  #series = 0;
  #timeMs = 0;

  add(
    series: number,
    timeMs: number,
    histogram: FloatHistogram,
    sentKind: HistogramKind,
    isStale: boolean,
  ): void {
    const { payload } = this;
    const kind = storedKind(sentKind, histogram);
    payload.reserve(32);
    payload.varint(series - this.#series);
    payload.varint(timeMs - this.#timeMs);
    this.#series = series;
    this.#timeMs = timeMs;
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs;
    const { customValues } = histogram;
    payload.bytes[payload.length++] =
      (kind === 'float' ? FLOAT : 0) |
      (isStale ? STALE : 0) |
      (HINTS.indexOf(histogram.counterReset) << HINT_SHIFT) |
      (customValues === null ? 0 : CUSTOM);
    if (isStale) return;
    payload.varint(histogram.schema);
    putDouble(payload, histogram.zeroThreshold);
    putDouble(payload, histogram.sum);
    putSpans(payload, histogram.positiveSpans);
    putSpans(payload, histogram.negativeSpans);
    const counts = [histogram.count, histogram.zeroCount];
    if (kind === 'float') putDoubles(payload, counts);
    else for (const count of counts) putUvarint(payload, count);
    for (const buckets of [histogram.positiveBuckets, histogram.negativeBuckets]) {
      if (kind === 'float') putDoubles(payload, buckets);
      else putDifferences(payload, buckets);
    }
    if (customValues === null) return;
    putUvarint(payload, customValues.length);
    putDoubles(payload, customValues);
  }

  clear(): void {
    this.payload.length = 0;
    this.maxTimeMs = Number.NEGATIVE_INFINITY;
    this.#series = 0;
    this.#timeMs = 0;
  }
}

/** Builds an exemplars record. */
export class ExemplarsRecord {
  readonly payload = new ByteBuffer();

  /** `key` is the series' canonical label bytes. */
  add(key: Uint8Array, { labels, value, timeMs }: LoggedExemplar): void {
    const { payload } = this;
    putUvarint(payload, key.length);
    payload.append(key);
    payload.reserve(16);
    payload.varint(timeMs);
    putDouble(payload, value);
    putUvarint(payload, labels.size);
    for (const pair of labels) {
      for (const text of pair) {
        const bytes = Buffer.from(text);
        putUvarint(payload, bytes.length);
        payload.append(bytes);
      }
    }
  }

  clear(): void {
    this.payload.length = 0;
  }
}

export type HistogramSink = (
  series: number,
  timeMs: number,
  histogram: FloatHistogram,
  kind: HistogramKind,
  isStale: boolean,
) => void;

/** Reads the payload of a valid histograms record. */
export function readHistograms(bytes: Uint8Array, from: number, to: number, sink: HistogramSink): void {
  const reader = new PayloadReader(bytes, from);
  let series = 0;
  let timeMs = 0;
  while (reader.at < to) {
    series += reader.varint();
    timeMs += reader.varint();
    const flags = reader.byte();
    const kind = (flags & FLOAT) !== 0 ? 'float' : 'integer';
    const counterReset = HINTS[(flags >>> HINT_SHIFT) & 3]!;
    if ((flags & STALE) !== 0) {
      sink(series, timeMs, { ...NO_HISTOGRAM, counterReset }, kind, true);
      continue;
    }
    const schema = reader.varint();
    const zeroThreshold = reader.double();
    const sum = reader.double();
    const positiveSpans = reader.spans();
    const negativeSpans = reader.spans();
    const count = kind === 'float' ? reader.double() : reader.uvarint();
    const zeroCount = kind === 'float' ? reader.double() : reader.uvarint();
    const positiveBuckets = reader.buckets(kind, positiveSpans);
    const negativeBuckets = reader.buckets(kind, negativeSpans);
    const customValues = (flags & CUSTOM) !== 0 ? reader.doubles(reader.uvarint()) : null;
    const histogram: FloatHistogram = {
      schema,
      zeroThreshold,
      zeroCount,
      count,
      sum,
      positiveSpans,
      negativeSpans,
      positiveBuckets,
      negativeBuckets,
      customValues,
      counterReset,
    };
    sink(series, timeMs, histogram, kind, false);
  }
}

/** Reads the payload of a valid exemplars record; the key is `bytes[from, to)`, valid during the call. */
export function readExemplars(
  bytes: Uint8Array,
  from: number,
  to: number,
  sink: (bytes: Uint8Array, from: number, to: number, exemplar: LoggedExemplar) => void,
): void {
  const reader = new PayloadReader(bytes, from);
  while (reader.at < to) {
    const keyBytes = reader.uvarint();
    const keyFrom = reader.at;
    reader.at += keyBytes;
    const timeMs = reader.varint();
    const value = reader.double();
    const pairs = Array.from({ length: reader.uvarint() }, (): [string, string] => [
      reader.text(),
      reader.text(),
    ]);
    sink(bytes, keyFrom, keyFrom + keyBytes, { labels: Labels.fromPairs(pairs), value, timeMs });
  }
}

const word = new DataView(new ArrayBuffer(8));

function putUvarint(payload: ByteBuffer, value: number): void {
  payload.reserve(8);
  payload.uvarint(value);
}

function putDouble(payload: ByteBuffer, value: number): void {
  payload.reserve(8);
  payload.view.setFloat64(payload.length, value, true);
  payload.length += 8;
}

function putDoubles(payload: ByteBuffer, values: Iterable<number>): void {
  for (const value of values) putDouble(payload, value);
}

function putSpans(payload: ByteBuffer, spans: Spans): void {
  putUvarint(payload, spans.length);
  for (const { offset, length } of spans) {
    payload.reserve(16);
    payload.varint(offset);
    payload.uvarint(length);
  }
}

function putDifferences(payload: ByteBuffer, counts: Float64Array): void {
  for (let i = 0; i < counts.length; i++) {
    payload.reserve(8);
    payload.varint(counts[i]! - (counts[i - 1] ?? 0));
  }
}

class PayloadReader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++]!;
  }

  uvarint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  }

  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    for (let i = 0; i < 8; i++) word.setUint8(i, this.byte());
    return word.getFloat64(0, true);
  }

  doubles(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => this.double());
  }

  spans(): Spans {
    return Array.from({ length: this.uvarint() }, () => {
      const offset = this.varint();
      return { offset, length: this.uvarint() };
    });
  }

  buckets(kind: HistogramKind, spans: Spans): Float64Array {
    const counts = new Float64Array(spans.reduce((sum, { length }) => sum + length, 0));
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      count = kind === 'float' ? this.double() : count + this.varint();
      counts[i] = count;
    }
    return counts;
  }

  text(): string {
    const length = this.uvarint();
    this.at += length;
    return Buffer.from(this.#bytes.subarray(this.at - length, this.at)).toString();
  }
}
