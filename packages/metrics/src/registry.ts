// The metrics of one thread, and their text.
//
// 1. A metric is registered once, under a name that keeps Prometheus' conventions (names.ts). One
//    without labels is there with the value 0 from then on; one with labels shows the combinations that
//    were used.
// 2. What is known elsewhere (how many series, how much memory) is read when the text is made, by a
//    callback, instead of being kept twice.

import { assert } from '@ampere/platform';
import { formatNumber, headerLines, sampleLine } from './exposition.ts';
import { Counter, Gauge, Histogram } from './instruments.ts';
import { assertNames, type MetricKind } from './names.ts';
import { Vec } from './vec.ts';

const SERIES_MAX_DEFAULT = 10_000;

export interface VecOptions {
  readonly labels: readonly string[];
  /** Bound on the combinations of label values; 10,000 if not given. */
  readonly seriesMax?: number;
}

/** Reports one series of a callback metric; label values in the order of the label names. */
export type Report = (value: number, ...labelValues: string[]) => void;

interface Family {
  readonly kind: MetricKind;
  readonly help: string;
  /** The family's sample lines. */
  readonly lines: () => string;
}

export class Registry {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string): Counter {
    return this.counterVec(name, help, { labels: [] }).with();
  }

  gauge(name: string, help: string): Gauge {
    return this.gaugeVec(name, help, { labels: [] }).with();
  }

  /** @param bounds upper bounds of the buckets, ascending; the infinite one is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.histogramVec(name, help, bounds, { labels: [] }).with();
  }

  counterVec(name: string, help: string, options: VecOptions): Vec<Counter> {
    return this.#valueVec(name, 'counter', help, options, () => new Counter());
  }

  gaugeVec(name: string, help: string, options: VecOptions): Vec<Gauge> {
    return this.#valueVec(name, 'gauge', help, options, () => new Gauge());
  }

  histogramVec(name: string, help: string, bounds: readonly number[], options: VecOptions): Vec<Histogram> {
    assert(
      bounds.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > bounds[i - 1]!)),
      `bounds of ${name} are not ascending`,
    );
    const vec = makeVec(options, () => new Histogram(bounds));
    this.#register(name, 'histogram', help, options.labels, () => {
      let lines = '';
      for (const [values, histogram] of vec.entries()) {
        lines += histogramLines(name, options.labels, values, histogram);
      }
      return lines;
    });
    return vec;
  }

  /** A gauge whose series are read when the text is made. */
  gaugeCallback(name: string, help: string, labels: readonly string[], read: (report: Report) => void): void {
    this.#callback(name, 'gauge', help, labels, read);
  }

  /** A counter that is kept elsewhere and read when the text is made. */
  counterCallback(
    name: string,
    help: string,
    labels: readonly string[],
    read: (report: Report) => void,
  ): void {
    this.#callback(name, 'counter', help, labels, read);
  }

  /** All metrics in the text exposition format, sorted by name. */
  text(): string {
    let text = '';
    for (const name of [...this.#families.keys()].sort()) {
      const { kind, help, lines } = this.#families.get(name)!;
      text += headerLines(name, kind, help) + lines();
    }
    return text;
  }

  #valueVec<T extends { readonly value: number }>(
    name: string,
    kind: MetricKind,
    help: string,
    options: VecOptions,
    make: () => T,
  ): Vec<T> {
    const vec = makeVec(options, make);
    this.#register(name, kind, help, options.labels, () => {
      let lines = '';
      for (const [values, { value }] of vec.entries())
        lines += sampleLine(name, options.labels, values, value);
      return lines;
    });
    return vec;
  }

  #callback(
    name: string,
    kind: MetricKind,
    help: string,
    labels: readonly string[],
    read: (report: Report) => void,
  ): void {
    this.#register(name, kind, help, labels, () => {
      let lines = '';
      read((value, ...labelValues) => {
        assert(labelValues.length === labels.length, `${name} got ${labelValues.length} label values`);
        lines += sampleLine(name, labels, labelValues, value);
      });
      return lines;
    });
  }

  #register(
    name: string,
    kind: MetricKind,
    help: string,
    labels: readonly string[],
    lines: () => string,
  ): void {
    assertNames(name, kind, help, labels);
    assert(!this.#families.has(name), `metric ${name} is registered twice`);
    this.#families.set(name, { kind, help, lines });
  }
}

function makeVec<T>(options: VecOptions, make: () => T): Vec<T> {
  return new Vec(options.labels, options.seriesMax ?? SERIES_MAX_DEFAULT, make);
}

function histogramLines(
  name: string,
  labelNames: readonly string[],
  labelValues: readonly string[],
  histogram: Histogram,
): string {
  const bucketLabels = [...labelNames, 'le'];
  let lines = '';
  let cumulative = 0;
  for (let i = 0; i < histogram.counts.length; i++) {
    cumulative += histogram.counts[i]!;
    const bound = formatNumber(histogram.bounds[i] ?? Number.POSITIVE_INFINITY);
    lines += sampleLine(`${name}_bucket`, bucketLabels, [...labelValues, bound], cumulative);
  }
  lines += sampleLine(`${name}_sum`, labelNames, labelValues, histogram.sum);
  return lines + sampleLine(`${name}_count`, labelNames, labelValues, cumulative);
}
