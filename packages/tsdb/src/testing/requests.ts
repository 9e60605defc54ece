// Write requests for tests: plain series in, WriteColumns out.

import type { FloatHistogram, Matcher, Querier, WriteColumns } from '@ampere/series';
import { SampleColumns } from '@ampere/series';

export type TestSample = readonly [timeMs: number, value: number | bigint];

export interface TestSeries {
  /** In the order in which they go over the wire. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** A bigint gives the bits of a value, for stale markers and other NaNs. */
  readonly samples: readonly TestSample[];
  /** Sent besides the samples. */
  readonly histograms?: readonly { readonly timeMs: number; readonly histogram: FloatHistogram }[];
}

export const series = (labels: Record<string, string>, ...samples: TestSample[]): TestSeries => ({
  labels: Object.entries(labels),
  samples,
});

const words = new DataView(new ArrayBuffer(8));

/** The bits of a value: high word, low word. */
export function bitsOf(value: number | bigint): [high: number, low: number] {
  if (typeof value === 'bigint') words.setBigUint64(0, value);
  else words.setFloat64(0, value);
  return [words.getUint32(0), words.getUint32(4)];
}

export function encodeField(tag: number, content: Uint8Array): number[] {
  const length: number[] = [];
  let rest = content.length;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return [tag, ...length, rest, ...content];
}

export function encodeLabel(name: Uint8Array, value: Uint8Array): number[] {
  return encodeField(0x0a, Uint8Array.from([...encodeField(0x0a, name), ...encodeField(0x12, value)]));
}

/** The request, with some bytes in front that belong to nobody. */
export function columnsOf(all: readonly TestSeries[]): WriteColumns {
  const bytes: number[] = [0xff, 0xff, 0xff];
  const labelsFrom: number[] = [];
  const labelsTo: number[] = [];
  const firstSample = [0];
  const samples = all.flatMap((one) => one.samples);
  for (const { labels, samples: own } of all) {
    labelsFrom.push(bytes.length);
    for (const [name, value] of labels) bytes.push(...encodeLabel(Buffer.from(name), Buffer.from(value)));
    labelsTo.push(bytes.length);
    firstSample.push(firstSample.at(-1)! + own.length);
  }
  return {
    bytes: Uint8Array.from(bytes),
    seriesCount: all.length,
    labelsFrom: Uint32Array.from(labelsFrom),
    labelsTo: Uint32Array.from(labelsTo),
    firstSample: Uint32Array.from(firstSample),
    sampleCount: samples.length,
    timesMs: Float64Array.from(samples, ([timeMs]) => timeMs),
    valueWords: Uint32Array.from(samples.flatMap(([, value]) => bitsOf(value).reverse())),
    histograms: all.flatMap(({ histograms = [] }, series) =>
      histograms.map((one) => ({ ...one, series, kind: 'integer' as const, isStale: false })),
    ),
    exemplars: [],
  };
}

/** What a querier shows to matchers, or all, as label text to "time=bits" texts. */
export function contentOf(
  querier: Querier,
  startMs = -Infinity,
  endMs = Infinity,
  matchers: readonly Matcher[] = [],
): Record<string, string[]> {
  const content: Record<string, string[]> = {};
  const columns = new SampleColumns(1);
  const set = querier.select({ startMs, endMs }, matchers);
  while (set.next()) {
    set.read(columns);
    content[textOf([...set.labels()])] = Array.from({ length: columns.length }, (_, i) =>
      sampleText(columns.timesMs[i]!, columns.words[2 * i + 1]!, columns.words[2 * i]!),
    );
  }
  querier.close();
  return content;
}

export function sampleText(timeMs: number, high: number, low: number): string {
  return `${timeMs}=${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
}

export function textOf(labels: readonly (readonly [string, string])[]): string {
  return labels
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
}
