// Series whose every sample can be told from their labels, so that a reader can judge what it sees by itself.

import { type FloatHistogram, type Querier, SampleColumns } from '@ampere/series';
import { NO_HISTOGRAM } from '../chunk/histogram-encode.ts';
import { series, type TestSeries } from './requests.ts';

export const START_MS = 1_700_000_000_000;

/** A series that has a sample in each round from `born` on, before `dies`. */
export interface SteadySeries {
  readonly id: number;
  readonly born: number;
  readonly dies: number;
}

export function steadyValue(id: number, round: number): number {
  // Some change in all their bits, some in few, some not at all.
  if (id % 3 === 0) return ((id * 7919 + round * 104_729) % 1_000_003) / 7;
  return id % 3 === 1 ? id + round : id;
}

/** Every sixth is one of native histograms. */
function isOfHistograms(id: number): boolean {
  return id % 6 === 5;
}

/** One observation a round, in one bucket after the other: chunks are recoded until all are there. */
export function steadyHistogram(id: number, round: number): FloatHistogram {
  const buckets = Math.min(round + 1, 20);
  return {
    ...NO_HISTOGRAM,
    schema: 3,
    count: round + 1,
    sum: id + round / 4,
    positiveSpans: [{ offset: 0, length: buckets }],
    positiveBuckets: Float64Array.from({ length: buckets }, (_, i) => Math.floor((round - i) / 20) + 1),
  };
}

export function roundOf(all: readonly SteadySeries[], round: number, stepMs: number): TestSeries[] {
  const timeMs = START_MS + round * stepMs;
  return all
    .filter(({ born, dies }) => born <= round && round < dies)
    .map(({ id, born, dies }) => {
      const labels = {
        __name__: `steady_${id % 5}`,
        born: `${born}`,
        dies: `${dies}`,
        id: `${id}`,
        job: 'stress',
      };
      if (!isOfHistograms(id)) return series(labels, [timeMs, steadyValue(id, round)]);
      return { ...series(labels), histograms: [{ timeMs, histogram: steadyHistogram(id, round) }] };
    });
}

/** What a reading must show. */
export interface Expectation {
  readonly stepMs: number;
  /** Nothing is there before this, and all after it. */
  readonly floorMs: number;
  /** Rounds that had been written when the reading began. */
  readonly written: number;
  /** How many series that never die are there. */
  readonly immortals: number;
}

/**
 * Reads all there is and throws when a series isn't whole: from its first round (or the floor) on without a gap, each
 * sample once with its own value, and all of those written before `written`. Returns how many samples there were.
 */
export function judge(querier: Querier, { stepMs, floorMs, written, immortals }: Expectation): number {
  const columns = new SampleColumns<FloatHistogram>();
  const set = querier.select({ startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY }, []);
  let samples = 0;
  let immortal = 0;
  const seen = new Set<string>();
  const floorRound = Math.max(0, Math.ceil((floorMs - START_MS) / stepMs));
  while (set.next()) {
    set.read(columns);
    const labels = set.labels();
    const [id, born, dies] = ['id', 'born', 'dies'].map((name) => Number(labels.get(name))) as [
      number,
      number,
      number,
    ];
    const fail = (what: string): never => {
      throw new Error(`${JSON.stringify(Object.fromEntries(labels))}: ${what}`);
    };
    if (labels.size !== 5 || labels.metricName !== `steady_${id % 5}`) fail('labels that nobody wrote');
    if (seen.size === seen.add(labels.key).size) fail('comes twice');
    const first = Math.max(born, floorRound);
    for (let i = 0; i < columns.length; i++) {
      const round = (columns.timesMs[i]! - START_MS) / stepMs;
      if (round !== first + i) fail(`round ${round} is where ${first + i} should be`);
      if (isOfHistograms(id)) {
        const { count, sum, positiveBuckets } = columns.histograms?.[i] ?? NO_HISTOGRAM;
        const inBuckets = positiveBuckets.reduce((total, one) => total + one, 0);
        const isRight = count === round + 1 && inBuckets === count && sum === id + round / 4;
        if (!isRight) fail(`round ${round} is a histogram of ${count}, ${inBuckets}, ${sum}`);
      } else if (columns.values[i] !== steadyValue(id, round)) fail(`round ${round} is ${columns.values[i]}`);
    }
    const last = first + columns.length;
    if (last > dies) fail(`goes on to ${last}`);
    if (last < Math.min(dies, written)) fail(`ends at ${last} of ${written}`);
    samples += columns.length;
    if (dies === Number.POSITIVE_INFINITY) immortal++;
  }
  if (immortal < immortals) throw new Error(`${immortal} of ${immortals} series are there`);
  querier.close();
  return samples;
}
