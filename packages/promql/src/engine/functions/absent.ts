// `absent`: 1 at the steps at which a vector is empty.

import { Labels, LabelsBuilder, type Matcher, METRIC_NAME } from '@ampere/series';
import type { Expr } from '../../parser/ast.ts';
import { type Evaluation, unwrapParens } from '../query-context.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';

export function streamAbsent(ev: Evaluation, vector: Expr, sink: SeriesSink): void {
  const inner = unwrapParens(vector);
  const labels = inner.kind === 'vector-selector' ? absentLabels(inner.matchers) : Labels.EMPTY;
  const absent = new StepSeries(labels, ev.steps.count);
  absent.kinds.fill(FLOAT);
  absent.values.fill(1);
  ev.stream(vector, (series) => {
    for (let step = 0; step < series.kinds.length; step++) {
      if (series.kinds[step] !== ABSENT) absent.kinds[step] = ABSENT;
    }
  });
  if (!absent.isEmpty) sink(absent);
}

/** The labels that a selector fixes: those with exactly one matcher, an equality. */
export function absentLabels(matchers: readonly Matcher[]): Labels {
  const builder = new LabelsBuilder();
  const equalSeen = new Set<string>();
  for (const matcher of matchers) {
    if (matcher.name === METRIC_NAME) continue;
    if (matcher.kind === '=' && !equalSeen.has(matcher.name)) {
      builder.set(matcher.name, matcher.value);
      equalSeen.add(matcher.name);
    } else {
      builder.delete(matcher.name);
    }
  }
  return builder.labels();
}
