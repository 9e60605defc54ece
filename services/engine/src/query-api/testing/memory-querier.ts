import {
  compareText,
  type LabelHints,
  type Labels,
  type Matcher,
  type Querier,
  type SampleColumns,
  type SelectHints,
  type SeriesSet,
} from '@ampere/series';

export interface MemorySeries {
  readonly labels: Labels;
  /** Ascending by time. */
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

/** A querier over a list, for tests; the plainest way to do it. */
export class MemoryQuerier implements Querier {
  readonly #all: readonly MemorySeries[];
  isClosed = false;
  /** As if a sample took so many bytes. */
  static readonly BYTES_PER_SAMPLE = 2;
  chunkBytes = 0;

  constructor(all: readonly MemorySeries[]) {
    this.#all = all;
  }

  select({ startMs, endMs }: SelectHints, matchers: readonly Matcher[]): SeriesSet {
    const found = this.#found(startMs, endMs, matchers);
    let index = -1;
    return {
      next: () => ++index < found.length,
      labels: () => found[index]!.labels,
      read: (into: SampleColumns) => {
        const samples = found[index]!.samples.filter(([timeMs]) => timeMs >= startMs && timeMs <= endMs);
        into.clear();
        into.reserve(samples.length);
        samples.forEach(([timeMs, value], i) => {
          into.timesMs[i] = timeMs;
          into.values[i] = value;
        });
        into.length = samples.length;
        this.chunkBytes += MemoryQuerier.BYTES_PER_SAMPLE * samples.length;
      },
    };
  }

  labelNames({ startMs, endMs, limit }: LabelHints, matchers: readonly Matcher[]): string[] {
    return sorted(
      this.#found(startMs, endMs, matchers).flatMap(({ labels }) => labels.names),
      limit,
    );
  }

  labelValues(name: string, { startMs, endMs, limit }: LabelHints, matchers: readonly Matcher[]): string[] {
    const values = this.#found(startMs, endMs, matchers).map(({ labels }) => labels.get(name));
    return sorted(
      values.filter((value) => value !== ''),
      limit,
    );
  }

  series({ startMs, endMs, limit }: LabelHints, matchers: readonly Matcher[]): Labels[] {
    const found = this.#found(startMs, endMs, matchers).map(({ labels }) => labels);
    return limit === 0 ? found : found.slice(0, limit);
  }

  close(): void {
    this.isClosed = true;
  }

  #found(startMs: number, endMs: number, matchers: readonly Matcher[]): MemorySeries[] {
    return this.#all.filter(
      ({ labels, samples }) =>
        matchers.every((matcher) => matcher.matches(labels.get(matcher.name))) &&
        samples.some(([timeMs]) => timeMs >= startMs && timeMs <= endMs),
    );
  }
}

function sorted(texts: readonly string[], limit: number): string[] {
  const all = [...new Set(texts)].sort(compareText);
  return limit === 0 ? all : all.slice(0, limit);
}
