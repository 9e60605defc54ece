// Which labels two series must share to be partners, as a text that can be a map's key.

import { type Labels, METRIC_NAME } from '@ampere/series';
import type { VectorMatching } from '../../parser/ast.ts';

/** Without matching in the text, all labels but the name count. */
export const DEFAULT_MATCHING: VectorMatching = {
  cardinality: 'one-to-one',
  on: false,
  labels: [],
  include: [],
};

export type KeyOf = (labels: Labels) => string;

/**
 * A function from labels to the key of their match group (or of an aggregation's group): equal for
 * labels that agree in the given names (`on`), or in all others but the metric name.
 */
export function groupKey(on: boolean, names: readonly string[]): KeyOf {
  if (on) {
    const sorted = [...new Set(names)];
    if (sorted.length === 0) return () => '';
    if (sorted.length === 1) {
      const [name] = sorted;
      return (labels) => labels.get(name!);
    }
    return (labels) => {
      let key = '';
      for (const name of sorted) {
        const value = labels.get(name);
        key += `${value.length}:${value}`;
      }
      return key;
    };
  }
  const ignored = new Set(names);
  ignored.add(METRIC_NAME);
  return (labels) => {
    // The same text as is written here, which labels keep once it is made.
    if (!labels.names.some((name) => ignored.has(name))) return labels.key;
    let key = '';
    for (let i = 0; i < labels.names.length; i++) {
      const name = labels.names[i]!;
      if (ignored.has(name)) continue;
      const value = labels.values[i]!;
      key += `${name.length}:${name}${value.length}:${value}`;
    }
    return key;
  };
}

/** The labels of the match group that a series belongs to. */
export function groupLabels(labels: Labels, on: boolean, names: readonly string[]): Labels {
  if (on) return labels.filter((name) => names.includes(name));
  return labels.filter((name) => name !== METRIC_NAME && !names.includes(name));
}
