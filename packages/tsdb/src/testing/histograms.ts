// Sequences of native histograms as instrumented programs and odd ones send them: counters that grow, get new
// buckets, begin anew, change their resolution, end; gauges; floats; custom buckets.

import type { SeededRandom } from '@ampere/platform';
import type { FloatHistogram } from '@ampere/series';
import { spansOf } from '../chunk/histogram-buckets.ts';

export interface HistogramSample {
  readonly timeMs: number;
  readonly histogram: FloatHistogram;
  readonly isStale: boolean;
}

const BOUNDS = [Float64Array.of(0.005, 0.1, 1, 2.5, 33554.43, 1e9), Float64Array.of(-1, 0, 0.3333333, 7)];

/** Of every kind; the last ones reach beyond buckets, which no program sends. */
const ZERO_THRESHOLDS = [0, 2 ** -128, 0.001, 1024, 2048];

/** `count` samples of one series, `stepMs` apart more or less. `isSane` keeps to what a program could send. */
export function histogramSequence(
  random: SeededRandom,
  kind: 'integer' | 'float',
  count: number,
  startMs: number,
  stepMs: number,
  isSane = false,
): HistogramSample[] {
  const source = new Source(random, kind, isSane);
  const samples: HistogramSample[] = [];
  let timeMs = startMs;
  for (let i = 0; i < count; i++) {
    timeMs += stepMs + (random.integer(4) === 0 ? random.integer(100) : 0);
    const isStale = random.integer(40) === 0;
    if (random.integer(25) === 0) source.change();
    source.observe();
    samples.push({ timeMs, histogram: source.histogram(), isStale });
  }
  return samples;
}

class Source {
  readonly #random: SeededRandom;
  readonly #kind: 'integer' | 'float';
  readonly #isSane: boolean;
  #positive = new Map<number, number>();
  #negative = new Map<number, number>();
  #zeroCount = 0;
  #sum = 0;
  #schema = 3;
  #zeroThreshold = 2 ** -128;
  #customValues: Float64Array | null = null;
  #isGauge = false;
  #hint: FloatHistogram['counterReset'] = 'unknown';

  constructor(random: SeededRandom, kind: 'integer' | 'float', isSane: boolean) {
    this.#random = random;
    this.#kind = kind;
    this.#isSane = isSane;
  }

  /** Something happens that isn't an observation. */
  change(): void {
    const random = this.#random;
    switch (random.integer(7)) {
      case 0:
        this.#reset();
        return;
      case 1:
        this.#schema = random.integer(13) - 4;
        this.#reset();
        return;
      case 2:
        this.#zeroThreshold = ZERO_THRESHOLDS[random.integer(this.#isSane ? 2 : ZERO_THRESHOLDS.length)]!;
        return;
      case 3:
        this.#isGauge = !this.#isGauge;
        return;
      case 4:
        this.#customValues =
          this.#customValues === null ? BOUNDS[random.integer(this.#isSane ? 1 : 2)]! : null;
        this.#reset();
        return;
      case 5:
        this.#hint = (['unknown', 'reset', 'not-reset'] as const)[random.integer(3)]!;
        return;
      default:
        // A bucket that was never used goes, or one that was.
        this.#positive.delete([...this.#positive.keys()][random.integer(this.#positive.size + 1)] ?? 0);
    }
  }

  observe(): void {
    const random = this.#random;
    const amount = () =>
      (this.#kind === 'float' ? random.fraction() * 10 : random.integer(5)) *
      (this.#isGauge && random.integer(2) === 0 ? -1 : 1);
    const add = (side: Map<number, number>, index: number) =>
      side.set(index, Math.max(0, (side.get(index) ?? 0) + amount()));
    const places = this.#customValues === null ? 20 : this.#customValues.length + 1;
    for (let i = random.integer(4); i > 0; i--) add(this.#positive, random.integer(places));
    if (this.#customValues === null) {
      if (random.integer(3) === 0) add(this.#negative, random.integer(6) - 3);
      if (random.integer(3) === 0) this.#zeroCount = Math.max(0, this.#zeroCount + amount());
    }
    this.#sum += random.fraction() * 10 - 1;
  }

  histogram(): FloatHistogram {
    const isCustom = this.#customValues !== null;
    const positive = sorted(this.#positive);
    const negative = isCustom ? [] : sorted(this.#negative);
    const counts = [...positive, ...negative].map(([, count]) => count);
    return {
      schema: isCustom ? -53 : this.#schema,
      zeroThreshold: isCustom ? 0 : this.#zeroThreshold,
      zeroCount: isCustom ? 0 : this.#zeroCount,
      count: counts.reduce((sum, count) => sum + count, isCustom ? 0 : this.#zeroCount),
      sum: this.#sum,
      positiveSpans: this.#spans(positive.map(([index]) => index)),
      negativeSpans: this.#spans(negative.map(([index]) => index)),
      positiveBuckets: Float64Array.from(positive, ([, count]) => count),
      negativeBuckets: Float64Array.from(negative, ([, count]) => count),
      customValues: this.#customValues,
      counterReset: this.#isGauge ? 'gauge' : this.#hint,
    };
  }

  /** Spans in their shortest form, or cut in two. */
  #spans(indices: number[]): FloatHistogram['positiveSpans'] {
    const spans = spansOf(indices);
    const last = spans.at(-1);
    if (last === undefined || last.length < 2 || this.#random.integer(6) > 0) return spans;
    return [...spans.slice(0, -1), { ...last, length: 1 }, { offset: 0, length: last.length - 1 }];
  }

  #reset(): void {
    this.#positive = new Map();
    this.#negative = new Map();
    this.#zeroCount = 0;
    this.#sum = 0;
  }
}

function sorted(side: Map<number, number>): [number, number][] {
  return [...side].sort(([a], [b]) => a - b);
}
