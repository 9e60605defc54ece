// Reads blocks and the head as one.
//
// Each call asks only those that can have samples in its range, so that queries of the last hours
// read the head alone. At equal times the blocks' sample counts; between the writing of a block and
// the forgetting of the same samples by the head both have it.

import type { LabelHints, Labels, Matcher, Querier, SelectHints, SeriesSet } from '@ampere/series';
import { H_OUT_OF_ORDER } from '../assembly/layout.ts';
import { BlockQuerier } from './block/block-querier.ts';
import type { BlockReader } from './block/block-reader.ts';
import { UnreadableBlock, UnreadableQuerier } from './block/unreadable-block.ts';
import { mergeQueriers } from './compact/merge-querier.ts';
import { HeadQuerier } from './head/head-querier.ts';
import type { LabelIndex } from './index/label-index.ts';
import type { SeriesMatching } from './index/match-series.ts';

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

/** The head at the beginning of a lease. */
export interface HeadSource {
  readonly index: LabelIndex;
  readonly matching: SeriesMatching;
  readonly floorMs: number;
}

export type QueriedBlock = BlockReader | UnreadableBlock;

function querierOf(block: QueriedBlock): BlockQuerier | UnreadableQuerier {
  return block instanceof UnreadableBlock ? new UnreadableQuerier(block) : new BlockQuerier(block);
}

export class TsdbQuerier implements Querier {
  readonly #head: HeadSource;
  readonly #headQuerier: HeadQuerier;
  readonly #blocks: readonly {
    readonly block: QueriedBlock;
    readonly querier: BlockQuerier | UnreadableQuerier;
  }[];
  readonly #onClose: () => void;
  #isOpen = true;

  /** Holds the blocks until it is closed; `onClose` is called once. */
  constructor(blocks: readonly QueriedBlock[], head: HeadSource, onClose: () => void) {
    this.#head = head;
    this.#headQuerier = new HeadQuerier(head.index, head.matching, head.floorMs);
    this.#blocks = blocks.map((block) => ({ block, querier: querierOf(block) }));
    this.#onClose = onClose;
  }

  get chunkBytes(): number {
    return this.#blocks.reduce((sum, { querier }) => sum + querier.chunkBytes, this.#headQuerier.chunkBytes);
  }

  select(hints: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    return this.#within(hints).select(hints, matchers);
  }

  labelNames(hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#within(hints).labelNames(hints, matchers);
  }

  labelValues(name: string, hints: LabelHints, matchers: readonly Matcher[]): string[] {
    return this.#within(hints).labelValues(name, hints, matchers);
  }

  series(hints: LabelHints, matchers: readonly Matcher[]): Labels[] {
    return this.#within(hints).series(hints, matchers);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { querier } of this.#blocks) querier.close();
    this.#headQuerier.close();
    this.#onClose();
  }

  #within({ startMs, endMs }: Range): Querier {
    const queriers: Querier[] = [];
    for (const { block, querier } of this.#blocks) {
      if (block.overlaps(startMs, endMs)) queriers.push(querier);
    }
    const hasOutOfOrder = this.#head.index.view.load(H_OUT_OF_ORDER) > 0;
    if (endMs >= this.#head.floorMs || hasOutOfOrder) queriers.push(this.#headQuerier);
    return mergeQueriers(queriers);
  }
}
