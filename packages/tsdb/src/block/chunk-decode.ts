// Decodes a located chunk into columns.

import type { SampleColumns } from '@ampere/series';
import { decodeHistograms } from '../chunk/histogram-decode.ts';
import { decodeXor } from '../chunk/xor-decode.ts';
import { type ChunkSegments, ENCODING_XOR } from './chunk-segments.ts';
import type { Interval } from './tombstones.ts';

/** Appends the samples of the chunk at `ref` within [startMs, endMs]. Throws a BlockError. */
export function decodeChunk(
  chunks: ChunkSegments,
  ref: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): void {
  chunks.locate(ref);
  const { encoding, bytes, view, at, length } = chunks;
  const before = into.length;
  try {
    if (encoding === ENCODING_XOR) decodeXor(view, at, startMs, endMs, into);
    else decodeHistograms(encoding, bytes, at, length, startMs, endMs, into);
    // Of samples that are only floats, the column of histograms is short.
    if (into.histograms !== null) into.histograms.length = into.length;
  } catch (error) {
    into.length = before;
    if (into.histograms !== null) into.histograms.length = before;
    // The checksum is right and yet the bits lead outside the memory: written so.
    if (error instanceof RangeError)
      throw chunks.failure(ref, 'corrupt', 'a chunk contradicts itself', error);
    throw error;
  }
}

/** Takes the samples from index `from` on that lie in deleted intervals (ascending) out of the columns. */
export function dropDeleted(columns: SampleColumns, from: number, intervals: readonly Interval[]): void {
  const { timesMs, words, histograms } = columns;
  let kept = from;
  let next = 0;
  for (let i = from; i < columns.length; i++) {
    const timeMs = timesMs[i]!;
    while (next < intervals.length && intervals[next]!.toMs < timeMs) next++;
    if (next < intervals.length && intervals[next]!.fromMs <= timeMs) continue;
    if (kept !== i) {
      timesMs[kept] = timeMs;
      words[2 * kept] = words[2 * i]!;
      words[2 * kept + 1] = words[2 * i + 1]!;
      if (histograms !== null) histograms[kept] = histograms[i];
    }
    kept++;
  }
  columns.length = kept;
  if (histograms !== null) histograms.length = kept;
}

/** Whether [fromMs, toMs] lies within one of the intervals. */
export function isDeleted(fromMs: number, toMs: number, intervals: readonly Interval[] | undefined): boolean {
  return intervals?.some((interval) => interval.fromMs <= fromMs && toMs <= interval.toMs) ?? false;
}

/** Whether [fromMs, toMs] has a time in common with one of the intervals. */
export function isTouched(fromMs: number, toMs: number, intervals: readonly Interval[] | undefined): boolean {
  return intervals?.some((interval) => interval.fromMs <= toMs && fromMs <= interval.toMs) ?? false;
}
