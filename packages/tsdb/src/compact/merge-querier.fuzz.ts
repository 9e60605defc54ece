// Random series spread over several sources, sorted and unsorted, that overlap: joined as a model joins them.

import { SeededRandom } from '@ampere/platform';
import { compareText, type Labels, Matcher, type Querier, type SampleColumns } from '@ampere/series';
import { describe, expect, test } from 'vitest';
import type { StoredSeriesSet } from '../block/stored-series-set.ts';
import {
  addSample,
  columnsOf,
  EVER,
  linesOf,
  type Model,
  randomModel,
  readAll,
  rounds,
  SEED,
} from '../testing/blocks.ts';
import { appendColumns } from './columns-merge.ts';
import { mergeQueriers } from './merge-querier.ts';

/** A model as a source of one of three kinds. */
class ModelQuerier implements Querier {
  readonly #model: Model;
  readonly #kind: 'sorted' | 'unsorted' | 'plain';
  closed = 0;

  constructor(model: Model, kind: 'sorted' | 'unsorted' | 'plain') {
    this.#model = model;
    this.#kind = kind;
  }

  select() {
    const all = [...this.#model.values()];
    if (this.#kind === 'sorted') all.sort((a, b) => a.labels.compare(b.labels));
    let at = -1;
    const readMarked = (mark: number, into: SampleColumns) => {
      into.clear();
      appendColumns(columnsOf(all[mark]!.samples), into);
    };
    const plain = {
      next: () => ++at < all.length,
      labels: () => all[at]!.labels,
      read: (into: SampleColumns) => readMarked(at, into),
    };
    if (this.#kind === 'plain') return plain;
    return {
      ...plain,
      isSorted: this.#kind === 'sorted',
      mark: () => at,
      readMarked,
    } satisfies StoredSeriesSet;
  }

  labelNames(): string[] {
    return [...new Set(this.series().flatMap((labels) => labels.names))].sort(compareText);
  }

  labelValues(name: string): string[] {
    return [...new Set(this.series().map((labels) => labels.get(name)))].sort(compareText);
  }

  series(): Labels[] {
    return [...this.#model.values()].map(({ labels }) => labels);
  }

  close(): void {
    this.closed++;
  }
}

describe(`joined sources (seed ${SEED})`, () => {
  for (let round = 0; round < rounds(30); round++) {
    test(`round ${round}`, () => {
      const random = new SeededRandom(SEED + 31 * round);
      const kinds = ['sorted', 'sorted', 'unsorted', 'plain'] as const;
      const models = Array.from({ length: 2 + random.integer(4) }, () => {
        const fromMs = random.integer(500);
        return randomModel(random, fromMs, fromMs + 500, random.integer(60), 60);
      });
      const all: Model = new Map();
      for (const { labels, samples } of models.flatMap((model) => [...model.values()])) {
        for (const [timeMs, bits] of samples) {
          if (all.get(labels.key)?.samples.has(timeMs) !== true) addSample(all, labels, timeMs, bits);
        }
      }
      const queriers = models.map((model) => new ModelQuerier(model, kinds[random.integer(kinds.length)]!));
      const merged = mergeQueriers(queriers);
      const lines = readAll(merged);
      expect(lines).toEqual(linesOf(all));
      const whole = new ModelQuerier(all, 'sorted');
      expect(merged.labelNames(EVER, [])).toEqual(whole.labelNames());
      expect(merged.labelNames({ ...EVER, limit: 2 }, [])).toEqual(whole.labelNames().slice(0, 2));
      expect(merged.labelValues('a', EVER, [new Matcher('a', '!=', '')])).toEqual(whole.labelValues('a'));
      expect(new Set(merged.series(EVER, []).map((labels) => labels.key))).toEqual(new Set(all.keys()));
      expect(merged.series({ ...EVER, limit: 3 }, [])).toHaveLength(Math.min(3, all.size));
      merged.close();
      expect(queriers.every((querier) => querier.closed === 1)).toBe(true);
    });
  }
});

test('no source at all', () => {
  const merged = mergeQueriers([]);
  expect(readAll(merged)).toEqual([]);
  expect(merged.labelNames(EVER, [])).toEqual([]);
});
