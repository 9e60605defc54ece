// Prometheus' conventions for metric names, checked when a metric is registered: a breach is a bug of
// ours. `promtool check metrics` asks for the same and more (base units, for one).

import { assert } from '@ampere/platform';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

const METRIC_NAME = /^[a-z][a-z0-9_]*$/;
const LABEL_NAME = /^[a-z][a-z0-9_]*$/;
/** Endings that the exposition format or the conventions keep for themselves. */
const HISTOGRAM_ENDINGS = ['_bucket', '_count', '_sum'];
const RESERVED_LABELS = ['le', 'quantile'];

export function assertNames(
  name: string,
  kind: MetricKind,
  help: string,
  labelNames: readonly string[],
): void {
  assert(METRIC_NAME.test(name), `metric name ${name} is not in lower snake case`);
  assert(help !== '', `metric ${name} has no help text`);
  assert(name.endsWith('_total') === (kind === 'counter'), `${name}: counters, and only they, end in _total`);
  assert(!HISTOGRAM_ENDINGS.some((ending) => name.endsWith(ending)), `${name} ends like part of a histogram`);
  for (const label of labelNames) {
    assert(LABEL_NAME.test(label), `label name ${label} of ${name} is not in lower snake case`);
    assert(!RESERVED_LABELS.includes(label), `label name ${label} of ${name} is reserved`);
  }
  assert(new Set(labelNames).size === labelNames.length, `${name} has a label name twice`);
}
