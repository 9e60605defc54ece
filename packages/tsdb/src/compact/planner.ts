// Which blocks are to be compacted together: Prometheus' leveled plan.
//
// 1. Blocks whose times overlap are merged first, as many as hang together.
// 2. Of the rest, without the newest one: time is cut into aligned ranges, level by level (6 h, 18 h, …).
//    The blocks of a range are merged when they fill it or it is past, and they are more than one.
// 3. Else a block of much deleted data is rewritten.
//
// A block whose compaction failed is left out, with all that would be merged with it.

import type { BlockMeta } from '../block/block-meta.ts';

const HOUR_MS = 3_600_000;
/** What the head writes at a time. */
export const BLOCK_RANGE_MS = 2 * HOUR_MS;
const RANGE_FACTOR = 3;
/** No block gets longer, whatever the retention. */
const RANGE_MAX_MS = 31 * 24 * HOUR_MS;
const RETENTION_SHARE = 0.1;
/** More tombstones than this share of a block's series, and it is rewritten. */
const TOMBSTONE_SHARE = 0.05;

/** The lengths of blocks level by level: 2 h and its threefolds, up to a tenth of the retention. */
export function blockRanges(retentionMs: number): number[] {
  const longest = Math.min(RANGE_MAX_MS, RETENTION_SHARE * retentionMs);
  const ranges = [BLOCK_RANGE_MS];
  for (let range = RANGE_FACTOR * BLOCK_RANGE_MS; range <= longest; range *= RANGE_FACTOR) ranges.push(range);
  return ranges;
}

/** The blocks to merge next (one alone: to rewrite), in the order of their times; empty when there are none. */
export function planCompaction(blocks: readonly BlockMeta[], rangesMs: readonly number[]): BlockMeta[] {
  const sorted = [...blocks].sort((a, b) => a.minTime - b.minTime || (a.ulid < b.ulid ? -1 : 1));
  const overlapping = overlappingBlocks(sorted);
  if (overlapping.length > 0) return overlapping;
  // The newest stays as it is, so that what was just written can be copied away piece by piece.
  const settled = sorted.slice(0, -1);
  const full = fullRange(settled, rangesMs);
  return full.length > 0 ? full : deletedBlock(settled, rangesMs);
}

function overlappingBlocks(sorted: readonly BlockMeta[]): BlockMeta[] {
  for (let i = 0; i < sorted.length; ) {
    let endMs = sorted[i]!.maxTime;
    let next = i + 1;
    while (next < sorted.length && sorted[next]!.minTime < endMs) {
      endMs = Math.max(endMs, sorted[next]!.maxTime);
      next++;
    }
    const group = sorted.slice(i, next);
    if (group.length > 1 && !hasFailed(group)) return group;
    i = next;
  }
  return [];
}

function fullRange(sorted: readonly BlockMeta[], rangesMs: readonly number[]): BlockMeta[] {
  const newest = sorted.at(-1);
  if (newest === undefined) return [];
  for (const rangeMs of rangesMs.slice(1)) {
    for (const group of groupByRange(sorted, rangeMs)) {
      if (group.length < 2 || hasFailed(group)) continue;
      const startMs = group[0]!.minTime;
      const endMs = group.at(-1)!.maxTime;
      if (endMs - startMs === rangeMs || endMs <= newest.minTime) return group;
    }
  }
  return [];
}

/** Blocks that lie in the same aligned range; those that lie in none are left out. */
function groupByRange(sorted: readonly BlockMeta[], rangeMs: number): BlockMeta[][] {
  const groups = new Map<number, BlockMeta[]>();
  for (const block of sorted) {
    const range = Math.floor(block.minTime / rangeMs);
    if (block.maxTime > (range + 1) * rangeMs) continue;
    const group = groups.get(range);
    if (group === undefined) groups.set(range, [block]);
    else group.push(block);
  }
  return [...groups.values()];
}

function deletedBlock(sorted: readonly BlockMeta[], rangesMs: readonly number[]): BlockMeta[] {
  const longEnoughMs = rangesMs[Math.floor(rangesMs.length / 2)]!;
  for (const block of [...sorted].reverse()) {
    const { numTombstones, numSeries } = block.stats;
    if (numTombstones === 0 || block.compaction.failed) continue;
    const isLong = block.maxTime - block.minTime >= longEnoughMs;
    if (numTombstones >= numSeries || (isLong && numTombstones / (numSeries + 1) > TOMBSTONE_SHARE))
      return [block];
  }
  return [];
}

function hasFailed(group: readonly BlockMeta[]): boolean {
  return group.some((block) => block.compaction.failed);
}
