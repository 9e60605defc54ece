import { describe, expect, test } from 'vitest';
import type { BlockMeta } from '../block/block-meta.ts';
import { blockRanges, planCompaction } from './planner.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RANGES = [2, 6, 18].map((hours) => hours * HOUR_MS);

/** Blocks named by their hours: `0-2`, `2-4!` (failed), `4-6+9` (nine tombstones). */
function metas(names: string): BlockMeta[] {
  return names.split(' ').map((name) => {
    const [, from, to, failed, tombstones] = /^(-?\d+)-(\d+)(!?)(?:\+(\d+))?$/.exec(name)!;
    return {
      ulid: name,
      minTime: Number(from) * HOUR_MS,
      maxTime: Number(to) * HOUR_MS,
      stats: { numSamples: 1000, numSeries: 100, numChunks: 100, numTombstones: Number(tombstones ?? 0) },
      compaction: { level: 1, sources: [name], parents: [], deletable: false, failed: failed === '!' },
    };
  });
}

describe('what is compacted next', () => {
  const check = (name: string, blocks: string, plan: string) =>
    test(name, () =>
      expect(planCompaction(metas(blocks), RANGES).map((meta) => meta.ulid)).toEqual(
        plan.split(' ').filter(Boolean),
      ),
    );

  check('a single block', '0-2', '');
  check('a range that is not full', '0-2 2-4 4-6', '');
  check('a full range behind the newest', '0-2 2-4 4-6 6-8', '0-2 2-4 4-6');
  check('in whatever order they are given', '6-8 4-6 0-2 2-4', '0-2 2-4 4-6');
  check('a past range with a gap', '0-2 4-6 6-8 8-10', '0-2 4-6');
  check('a range whose rest may still come', '0-2 2-4 8-10', '');
  check('the next level', '0-6 6-12 12-18 18-20', '0-6 6-12 12-18');
  check('the lower level first', '0-6 6-12 12-18 18-20 20-22 22-24 24-26', '18-20 20-22 22-24');
  check('nothing beyond the last level', '0-18 18-36 36-54 54-56', '');
  check('a block across a boundary', '1-7 7-8 8-9 12-14 14-16', '7-8 8-9');
  check('overlap comes first', '0-2 2-4 4-6 5-7 8-10', '4-6 5-7');
  check('overlap of many', '0-10 2-4 6-8 9-11 11-12', '0-10 2-4 6-8 9-11');
  check('overlap with the newest', '0-2 2-4 3-4', '2-4 3-4');
  check('the same times twice', '0-2 0-2', '0-2 0-2');
  check('blocks that touch do not overlap', '0-2 2-4', '');
  check('what failed is left alone', '0-2! 2-4 4-6 6-8', '');
  check('what failed is left alone in an overlap', '0-3! 2-4 6-8', '');
  check('another overlap is found behind a failed one', '0-3! 2-4 6-8 7-9', '6-8 7-9');
  check('times before 1970', '-6-0 0-2', '');
  check('a long block with many tombstones', '0-6+6 6-8', '0-6+6');
  check('a long block with few tombstones', '0-6+5 6-8', '');
  check('a short block that is all deleted', '0-2+100 2-4', '0-2+100');
  check('a short block with many tombstones', '0-2+50 2-4', '');
});

test('ranges go up to a tenth of the retention', () => {
  const hours = (retentionMs: number) => blockRanges(retentionMs).map((range) => range / HOUR_MS);
  expect(hours(150 * DAY_MS)).toEqual([2, 6, 18, 54, 162]);
  expect(hours(15 * DAY_MS)).toEqual([2, 6, 18]);
  expect(hours(HOUR_MS)).toEqual([2]);
  expect(hours(10_000 * DAY_MS)).toEqual([2, 6, 18, 54, 162, 486]);
});
