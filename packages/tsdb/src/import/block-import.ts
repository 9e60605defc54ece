// Whether a block from elsewhere may join those of a database.
//
// 1. It must be readable, and not be in already: a block names the blocks that it was made of.
// 2. It must end where the head begins: what a block covers is asked from the block alone.
// 3. Where it overlaps other blocks, both are read side by side. Samples that are in both must be the same: which
//    of two values is right, nobody can tell.

import type { Clock } from '@ampere/platform';
import { type Labels, SampleColumns } from '@ampere/series';
import type { BlockMeta } from '../block/block-meta.ts';
import { BlockQuerier } from '../block/block-querier.ts';
import type { BlockReader } from '../block/block-reader.ts';
import { mergeQueriers } from '../compact/merge-querier.ts';
import { Pacer } from '../pacer.ts';

/** A block can't be taken in; the text says why. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** Whether a database has a block, itself or in one that was made of it. */
export function isPresent(incoming: BlockMeta, blocks: readonly BlockReader[]): boolean {
  const sources = incoming.compaction.sources.length > 0 ? incoming.compaction.sources : [incoming.ulid];
  return blocks.some(
    ({ meta }) =>
      meta.ulid === incoming.ulid || sources.every((source) => meta.compaction.sources.includes(source)),
  );
}

/** Throws ImportError for a sample that the block has with another value than `blocks`. Pauses now and then. */
export async function requireNoConflict(
  incoming: BlockReader,
  blocks: readonly BlockReader[],
  clock: Clock,
): Promise<void> {
  const { minTime, maxTime } = incoming.meta;
  const hints = { startMs: minTime, endMs: maxTime - 1 };
  const overlapping = blocks.filter((block) => block.overlaps(hints.startMs, hints.endMs));
  if (overlapping.length === 0) return;
  const pacer = new Pacer(clock);
  const ours = mergeQueriers(overlapping.map((block) => new BlockQuerier(block)));
  const theirs = new BlockQuerier(incoming);
  try {
    const left = ours.select(hints, []);
    const right = theirs.select(hints, []);
    const leftSamples = new SampleColumns();
    const rightSamples = new SampleColumns();
    let isLeft = left.next();
    let isRight = right.next();
    while (isLeft && isRight) {
      if (pacer.isDue()) await pacer.pause();
      const order = left.labels().compare(right.labels());
      if (order === 0) {
        left.read(leftSamples);
        right.read(rightSamples);
        compare(right.labels(), leftSamples, rightSamples);
      }
      if (order <= 0) isLeft = left.next();
      if (order >= 0) isRight = right.next();
    }
  } finally {
    ours.close();
    theirs.close();
  }
}

function compare(labels: Labels, ours: SampleColumns, theirs: SampleColumns): void {
  let i = 0;
  let j = 0;
  while (i < ours.length && j < theirs.length) {
    const step = ours.timesMs[i]! - theirs.timesMs[j]!;
    if (step === 0 && !isSame(ours, i, theirs, j)) {
      const time = new Date(theirs.timesMs[j]!).toISOString();
      throw new ImportError(`${labels.toString()} has another value at ${time} than the workspace`);
    }
    if (step <= 0) i++;
    if (step >= 0) j++;
  }
}

function isSame(a: SampleColumns, i: number, b: SampleColumns, j: number): boolean {
  const ours = a.histograms?.[i];
  const theirs = b.histograms?.[j];
  if (ours !== undefined || theirs !== undefined) return textOf(ours) === textOf(theirs);
  return a.words[2 * i] === b.words[2 * j] && a.words[2 * i + 1] === b.words[2 * j + 1];
}

/** Of a histogram, less what follows from the samples around it. */
function textOf(histogram: unknown): string {
  return JSON.stringify(histogram, (key, value: unknown) => {
    if (key === 'counterReset') return undefined;
    return value instanceof Float64Array ? Array.from(value, String) : value;
  });
}
