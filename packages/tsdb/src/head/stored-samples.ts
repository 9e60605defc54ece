// Reads the samples of a series from a head's memory, on any thread and while the writer goes on.
//
// 1. The open chunk's block is taken first, and how many of its samples are published: so many are whole. Both are
//    of one moment when the block is the same before and after. With none there is no open chunk to read.
// 2. Then the full chunks that begin before it, oldest first. Had the open chunk been sealed meanwhile, its copy among the
//    full ones begins when it does, and is left out.
// So what is read is the series up to some moment, each sample once.

import type { SampleColumns } from '@ampere/series';
import {
  ENCODING_SHIFT,
  O_CHUNK,
  O_MIN_MS,
  R_BITS,
  R_CHUNK_SAMPLES,
  R_COUNT,
  R_FIRST_SEALED,
  R_LAST_MS,
  R_OPEN,
  S_CHUNK,
  S_LENGTH,
  S_MAX_MS,
  S_MIN_MS,
  S_NEXT,
} from '../../assembly/layout.ts';
import { decodeXor, decodeXorSamples } from '../chunk/xor-decode.ts';
import type { MemoryView } from './memory-view.ts';

/** A chunk's length stands below its encoding. */
const LENGTH_MASK = (1 << ENCODING_SHIFT) - 1;

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
      decodeXor(view.view, chunk + S_CHUNK, startMs, endMs, into);
      bytes += view.word(chunk + S_LENGTH) & LENGTH_MASK;
    }
    chunk = view.load(chunk + S_NEXT);
  }
  if (openMinMs <= endMs && view.float(record + R_LAST_MS) >= startMs) {
    decodeXorSamples(view.view, open + O_CHUNK, count, startMs, endMs, into);
    bytes += (view.word(record + R_BITS) + 7) >>> 3;
  }
  return bytes;
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
