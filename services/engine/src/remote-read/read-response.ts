// Writes the answers of remote read (proto/remote-read.proto): all samples in one message, or a run of frames with
// chunks.

import type { FloatHistogram, Labels, SampleColumns } from '@ampere/series';
import { type ChunkData, crc32c } from '@ampere/tsdb';
import { MessageBytes } from './message-bytes.ts';

/** Prometheus' `storage.remote.read-max-bytes-in-frame`; a frame goes over it by one chunk at most. */
const FRAME_BYTES_MAX = 1 << 20;
/** Frames are gathered to pieces of about this size. */
const PIECE_BYTES = 64 << 10;
const RESET_HINTS = ['unknown', 'reset', 'not-reset', 'gauge'] as const;

/** Writes one `TimeSeries`, as field 1 of a QueryResult. */
export function putSeries(into: MessageBytes, labels: Labels, columns: SampleColumns<FloatHistogram>): void {
  const series = into.begin(1);
  putLabels(into, labels);
  const { timesMs, words, histograms, length } = columns;
  for (let i = 0; i < length; i++) {
    if (histograms?.[i] !== undefined) continue;
    const sample = into.begin(2);
    into.float(1, words[2 * i]!, words[2 * i + 1]!);
    into.integer(2, timesMs[i]!);
    into.end(sample);
  }
  for (let i = 0; i < length; i++) {
    const histogram = histograms?.[i];
    if (histogram === undefined) continue;
    const message = into.begin(4);
    putHistogram(into, histogram, timesMs[i]!);
    into.end(message);
  }
  into.end(series);
}

function putLabels(into: MessageBytes, { names, values }: Labels): void {
  for (let i = 0; i < names.length; i++) {
    const label = into.begin(1);
    into.text(1, names[i]!);
    into.text(2, values[i]!);
    into.end(label);
  }
}

function putHistogram(into: MessageBytes, histogram: FloatHistogram, timeMs: number): void {
  into.number(2, histogram.count);
  into.number(3, histogram.sum);
  into.signed(4, histogram.schema);
  into.number(5, histogram.zeroThreshold);
  into.number(7, histogram.zeroCount);
  putSpans(into, 8, histogram.negativeSpans);
  into.numbers(10, histogram.negativeBuckets);
  putSpans(into, 11, histogram.positiveSpans);
  into.numbers(13, histogram.positiveBuckets);
  into.integer(14, RESET_HINTS.indexOf(histogram.counterReset));
  into.integer(15, timeMs);
  if (histogram.customValues !== null) into.numbers(16, histogram.customValues);
}

function putSpans(into: MessageBytes, field: number, spans: FloatHistogram['positiveSpans']): void {
  for (const { offset, length } of spans) {
    const span = into.begin(field);
    into.signed(1, offset);
    into.integer(2, length);
    into.end(span);
  }
}

/** One series as it is streamed. */
export interface PackedSeries {
  readonly labels: Labels;
  readonly chunks: readonly ChunkData[];
}

/** The frames of all queries' series, which must be in the order of their labels. */
export function* chunkFrames(results: readonly (readonly PackedSeries[])[]): Generator<Uint8Array, void> {
  const message = new MessageBytes();
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  for (let query = 0; query < results.length; query++) {
    for (const series of results[query]!) {
      for (let from = 0; from < series.chunks.length; ) {
        message.clear();
        from = putFrame(message, query, series, from);
        const frame = framed(message.written);
        gathered.push(frame);
        gatheredBytes += frame.length;
        if (gatheredBytes < PIECE_BYTES) continue;
        yield Buffer.concat(gathered);
        gathered = [];
        gatheredBytes = 0;
      }
    }
  }
  if (gathered.length > 0) yield Buffer.concat(gathered);
}

/** As many chunks as a frame holds; returns the next one. */
function putFrame(into: MessageBytes, query: number, { labels, chunks }: PackedSeries, from: number): number {
  const series = into.begin(1);
  putLabels(into, labels);
  let next = from;
  do {
    const { encoding, minTimeMs, maxTimeMs, bytes, from: first, to } = chunks[next++]!;
    const chunk = into.begin(2);
    into.integer(1, minTimeMs);
    into.integer(2, maxTimeMs);
    into.integer(3, encoding);
    into.data(4, bytes, first, to);
    into.end(chunk);
  } while (next < chunks.length && into.at < FRAME_BYTES_MAX);
  into.end(series);
  into.integer(2, query);
  return next;
}

function framed(message: Uint8Array): Uint8Array {
  const head: number[] = [];
  let length = message.length;
  for (; length >= 0x80; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  const frame = new Uint8Array(head.length + 4 + message.length);
  frame.set(head);
  new DataView(frame.buffer).setUint32(head.length, crc32c(message, 0, message.length));
  frame.set(message, head.length + 4);
  return frame;
}
