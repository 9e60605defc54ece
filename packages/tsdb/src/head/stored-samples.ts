// Reads the samples of a series from a head's memory, on any thread and while the writer goes on.
//
// 1. The open chunk's block is taken first, and how many of its samples are published: so many are whole. Both are
//    of one moment when the block is the same before and after. With none there is no open chunk to read.
// 2. Then the full chunks that begin before it, oldest first. Had the open chunk been sealed meanwhile, its copy among the
//    full ones begins when it does, and is left out.
// So what is read is the series up to some moment, each sample once.

import { SampleColumns } from '@ampere/series';
import {
  CAPACITY_SHIFT,
  ENCODING_SHIFT,
  O_CHUNK,
  O_ENCODING,
  O_MIN_MS,
  R_BITS,
  R_CHUNK_SAMPLES,
  R_COUNT,
  R_EXTENSION,
  R_FIRST_SEALED,
  R_LAST_MS,
  R_OPEN,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
} from '../../assembly/layout.ts';
import { ENCODING_XOR } from '../block/chunk-segments.ts';
import { decodeHistograms } from '../chunk/histogram-decode.ts';
import { decodeXor, decodeXorSamples } from '../chunk/xor-decode.ts';
import { appendColumns, mergeColumns } from '../compact/columns-merge.ts';
import type { MemoryView } from './memory-view.ts';

/** A chunk's length stands below its encoding. */
const LENGTH_MASK = (1 << ENCODING_SHIFT) - 1;
/** An open chunk's encoding is in the low bits of its word; that of histograms has its block's room above them. */
export const ENCODING_MASK = 0xff;

/** Appends a series' samples within [startMs, endMs] to columns; returns how many bytes of chunks were decoded. */
export function readSamples(
  view: MemoryView,
  series: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): number {
  let bytes = 0;
  const record = view.series(series);
  let open = view.load(record + R_OPEN);
  let count = view.load(record + R_COUNT);
  for (let again = view.load(record + R_OPEN); again !== open; again = view.load(record + R_OPEN)) {
    open = again;
    count = view.load(record + R_COUNT);
  }
  if (open === 0) count = 0;
  view.reach(open + O_CHUNK);
  const openMinMs = count === 0 ? Number.POSITIVE_INFINITY : view.float(open + O_MIN_MS);
  let chunk = view.load(record + R_FIRST_SEALED);
  while (chunk !== 0) {
    view.reach(chunk + S_CHUNK);
    const minMs = view.float(chunk + S_MIN_MS);
    if (minMs > endMs || minMs >= openMinMs) break;
    if (view.float(chunk + S_MAX_MS) >= startMs) {
      readSealed(view, chunk, startMs, endMs, into);
      bytes += view.word(chunk + S_LENGTH) & LENGTH_MASK;
    }
    chunk = view.load(chunk + S_NEXT);
  }
  if (openMinMs <= endMs && view.float(record + R_LAST_MS) >= startMs) {
    const word = view.word(open + O_ENCODING);
    const encoding = word & ENCODING_MASK;
    const at = open + O_CHUNK;
    if (encoding === ENCODING_XOR) decodeXorSamples(view.view, at, count, startMs, endMs, into);
    else {
      const room = word >>> CAPACITY_SHIFT;
      view.reach(at + room);
      decodeHistograms(encoding, view.bytes, at, room, startMs, endMs, into, count);
    }
    bytes += (view.word(record + R_BITS) + 7) >>> 3;
  }
  // Of samples that are only floats, the column of histograms is short.
  if (into.histograms !== null) into.histograms.length = into.length;
  return bytes;
}

function readSealed(
  view: MemoryView,
  chunk: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): void {
  const at = chunk + S_CHUNK;
  const length = view.word(chunk + S_LENGTH);
  const encoding = length >>> ENCODING_SHIFT;
  if (encoding === ENCODING_XOR) {
    decodeXor(view.view, at, startMs, endMs, into);
    return;
  }
  const bytes = length & LENGTH_MASK;
  view.reach(at + bytes);
  decodeHistograms(encoding, view.bytes, at, bytes, startMs, endMs, into);
}

/** Whether a series has a sample within [startMs, endMs]; `scratch` is used to look into a chunk. */
export function hasSampleIn(
  view: MemoryView,
  series: number,
  startMs: number,
  endMs: number,
  scratch: SampleColumns,
): boolean {
  const record = view.series(series);
  let mustLook = false;
  const open = view.load(record + R_OPEN);
  const count = view.load(record + R_COUNT);
  if (open !== 0 && count !== 0) {
    view.reach(open + O_CHUNK);
    const minMs = view.float(open + O_MIN_MS);
    const maxMs = view.float(record + R_LAST_MS);
    if (minMs <= endMs && maxMs >= startMs) {
      // A chunk has samples at both its ends; but the last one may not be published yet.
      const isWhole = (view.load(record + R_CHUNK_SAMPLES) & 0xffff) === count;
      if (minMs >= startMs || (maxMs <= endMs && isWhole)) return true;
      mustLook = true;
    }
  }
  for (let chunk = view.load(record + R_FIRST_SEALED); chunk !== 0; chunk = view.load(chunk + S_NEXT)) {
    view.reach(chunk + S_CHUNK);
    const minMs = view.float(chunk + S_MIN_MS);
    const maxMs = view.float(chunk + S_MAX_MS);
    if (minMs > endMs) break;
    if (maxMs < startMs) continue;
    if (minMs >= startMs || maxMs <= endMs) return true;
    mustLook = true;
  }
  if (!mustLook) return false;
  scratch.clear();
  readSamples(view, series, startMs, endMs, scratch);
  return scratch.length > 0;
}

/** Samples in order from `floorMs` on at most, those out of order from `startMs` on: as `readSamples`, into empty columns. */
export function readSeries(
  view: MemoryView,
  series: number,
  startMs: number,
  floorMs: number,
  endMs: number,
  into: SampleColumns,
): number {
  const bytes = readSamples(view, series, Math.max(startMs, floorMs), endMs, into);
  const newest = view.load(view.series(series) + R_EXTENSION);
  return newest === 0 ? bytes : bytes + mergeOutOfOrder(view, newest, startMs, endMs, into);
}

/** Whether `readSeries` would find something. */
export function hasSeriesIn(
  view: MemoryView,
  series: number,
  startMs: number,
  floorMs: number,
  endMs: number,
  scratch: SampleColumns,
): boolean {
  if (hasSampleIn(view, series, Math.max(startMs, floorMs), endMs, scratch)) return true;
  return hasOutOfOrderIn(view, series, startMs, endMs);
}

/** Whether a series has a sample out of order within [startMs, endMs]. */
export function hasOutOfOrderIn(view: MemoryView, series: number, startMs: number, endMs: number): boolean {
  const scratch = new SampleColumns(0);
  for (
    let chunk = view.load(view.series(series) + R_EXTENSION);
    chunk !== 0;
    chunk = view.load(chunk + S_NEXT)
  ) {
    view.reach(chunk + S_CHUNK);
    if (view.float(chunk + S_MIN_MS) > endMs || view.float(chunk + S_MAX_MS) < startMs) continue;
    readSealed(view, chunk, startMs, endMs, scratch);
    if (scratch.length > 0) return true;
  }
  return false;
}

/** Merges what is out of order into columns; of equal times the samples that are there count, and the older ones. */
function mergeOutOfOrder(
  view: MemoryView,
  newest: number,
  startMs: number,
  endMs: number,
  into: SampleColumns,
): number {
  const chunks: number[] = [];
  for (let chunk = newest; chunk !== 0; chunk = view.load(chunk + S_NEXT)) {
    view.reach(chunk + S_CHUNK);
    if (view.float(chunk + S_MIN_MS) <= endMs && view.float(chunk + S_MAX_MS) >= startMs) chunks.push(chunk);
  }
  const part = new SampleColumns();
  const merged = new SampleColumns();
  let bytes = 0;
  for (const chunk of chunks.reverse()) {
    part.clear();
    readSealed(view, chunk, startMs, endMs, part);
    bytes += view.word(chunk + S_LENGTH) & LENGTH_MASK;
    if (part.length === 0) continue;
    mergeColumns(into, part, merged);
    into.clear();
    appendColumns(merged, into);
  }
  return bytes;
}
