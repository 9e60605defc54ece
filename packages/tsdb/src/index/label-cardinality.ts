// Which metrics and labels have the most series, as Prometheus' status/tsdb shows it.
//
// One pass over all label pairs, with memory for the lists that come out. A label's memory is what
// Prometheus counts: for each of its series the bytes of name and value with a length before each.

import { METRIC_NAME } from '@ampere/series';
import type { NamedCount } from '../options.ts';
import type { LabelIndex } from './label-index.ts';
import { TopCounts } from './top-counts.ts';

/** Lists of at most `limit` entries that descend by value. */
export interface LabelCardinality {
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  /** Named `name=value`. */
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

export function labelCardinality(index: LabelIndex, limit: number): LabelCardinality {
  const names: string[] = [];
  const metrics = new TopCounts(limit);
  const values = new TopCounts(limit);
  const memory = new TopCounts(limit);
  const pairs = new TopCounts(limit);
  for (const name of index.names()) {
    const nameText = index.nameText(name);
    const nameBytes = textBytes(nameText);
    const pairsOfName = index.pairsOf(name);
    let bytes = 0;
    for (const pair of pairsOfName) {
      const series = index.seriesWith(pair);
      bytes += series * (nameBytes + textBytes(index.valueOf(pair)));
      pairs.offer(series, pair);
      if (nameText === METRIC_NAME) metrics.offer(series, pair);
    }
    const number = names.push(nameText) - 1;
    values.offer(pairsOfName.length, number);
    memory.offer(bytes, number);
  }
  return {
    seriesCountByMetricName: named(metrics, (pair) => index.valueOf(pair)),
    labelValueCountByLabelName: named(values, (number) => names[number]!),
    memoryInBytesByLabelName: named(memory, (number) => names[number]!),
    seriesCountByLabelValuePair: named(
      pairs,
      (pair) => `${index.nameText(index.nameOf(pair))}=${index.valueOf(pair)}`,
    ),
  };
}

function named(top: TopCounts, nameOf: (item: number) => string): NamedCount[] {
  return top.descending().map(({ count, item }) => ({ name: nameOf(item), value: count }));
}

/** A text with its length before it: one byte, or 255 and three more. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes + (bytes < 255 ? 1 : 4);
}
