// Puts series of the head in the order of their labels (Labels.compare), without an object per series.
//
// 1. Label pairs get ranks: their places when sorted by name, then value.
// 2. A series is compared by the ranks of its pairs, which are sorted by name already.
// 3. Both are merge sorts that pause between slices; series and pairs that come meanwhile aren't among those
//    sorted, and nothing may be renumbered until it is done.

import { compareText } from '@ampere/series';
import { R_PAIR_COUNT, R_PAIRS } from '../../assembly/layout.ts';
import { sortPaced } from '../paced-sort.ts';
import type { Pacer } from '../pacer.ts';
import type { Head } from './head.ts';

/** Sorts `series`, which is overwritten; returns them in memory of their own or in `series`. */
export async function inLabelOrder(head: Head, series: Uint32Array, pacer: Pacer): Promise<Uint32Array> {
  const { index, view } = head;
  const ranks = new Uint32Array(index.pairBound);
  const used = new Uint32Array(ranks.length);
  let count = 0;
  for (let pair = 0; pair < used.length; pair++) if (index.isPair(pair)) used[count++] = pair;
  const pairs = await sortPaced(
    used.subarray(0, count),
    (a, b) => {
      const [aName, bName] = [index.nameOf(a), index.nameOf(b)];
      return aName === bName
        ? compareText(index.valueOf(a), index.valueOf(b))
        : compareText(index.nameText(aName), index.nameText(bName));
    },
    pacer,
  );
  for (let rank = 0; rank < count; rank++) ranks[pairs[rank]!] = rank;

  return await sortPaced(
    series,
    (a, b) => {
      const [aRecord, bRecord] = [view.series(a), view.series(b)];
      const [aPairs, bPairs] = [view.word(aRecord + R_PAIRS), view.word(bRecord + R_PAIRS)];
      const [aCount, bCount] = [view.word(aRecord + R_PAIR_COUNT), view.word(bRecord + R_PAIR_COUNT)];
      const shorter = Math.min(aCount, bCount);
      view.reach(Math.max(aPairs, bPairs) + 4 * shorter);
      for (let i = 0; i < shorter; i++) {
        const aPair = view.word(aPairs + 4 * i);
        const bPair = view.word(bPairs + 4 * i);
        if (aPair !== bPair) return ranks[aPair]! - ranks[bPair]!;
      }
      return aCount - bCount;
    },
    pacer,
  );
}
