// labels, label/{name}/values and series: what there is, sorted, over the union of all `match[]`.

import { quote } from '@ampere/go-text';
import { compareText, type LabelHints, type Labels, type Matcher, type Querier } from '@ampere/series';
import { deadlineOf } from '../deadline.ts';
import { type Answer, answer, type ReadContext, TRUNCATED } from '../endpoint.ts';
import { arrayOf } from '../json-writer.ts';
import { unescapeLabelName } from '../label-escaping.ts';
import { MeteredQuerier } from '../metered-querier.ts';
import { decodePercent } from '../parameters.ts';
import { badData } from '../prometheus-error.ts';
import { parseSelectors, parseSeriesSelectors } from '../selectors.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../times.ts';

/** A sort of a million label sets takes seconds. */
const COMPARED_PER_LOOK = 10_000;

type Selectors = readonly (readonly Matcher[])[];

export function labels(context: ReadContext): Answer {
  const hints = hintsOf(context);
  const selectors = parseSelectors(context.promql, context.parameters.all('match[]'));
  const found = withQuerier(context, (querier) =>
    union(selectors, (matchers) => querier.labelNames(oneMore(hints), matchers)),
  );
  return textAnswer(found, hints.limit);
}

export function labelValues(context: ReadContext): Answer {
  const name = labelNameOf(context.pathLabel);
  const hints = hintsOf(context);
  const selectors = parseSelectors(context.promql, context.parameters.all('match[]'));
  const found = withQuerier(context, (querier) =>
    union(selectors, (matchers) => querier.labelValues(name, oneMore(hints), matchers)),
  );
  return textAnswer(found, hints.limit);
}

export function series(context: ReadContext): Answer {
  const texts = context.parameters.all('match[]');
  if (texts.length === 0) throw badData('no match[] parameter provided');
  const hints = hintsOf(context);
  const selectors = parseSeriesSelectors(context.promql, texts);
  const byKey = new Map<string, Labels>();
  const checkAlive = deadlineOf(context);
  withQuerier(context, (querier) => {
    for (const matchers of selectors) {
      for (const found of querier.series(oneMore(hints), matchers)) byKey.set(found.key, found);
    }
  });
  let compared = 0;
  const sorted = [...byKey.values()].sort((a, b) => {
    if (++compared % COMPARED_PER_LOOK === 0) checkAlive();
    return a.compare(b);
  });
  return cut(sorted, hints.limit, (found) => arrayOf(found, (writer, item) => writer.labels(item)));
}

/** The label in the path: `U__` escaped or as it is. Throws PrometheusError. */
function labelNameOf(encoded: string): string {
  const name = unescapeLabelName(decodePercent(encoded) ?? encoded);
  // A lone surrogate stands for a byte that is no UTF-8.
  if (name === '' || /\p{Surrogate}/u.test(name)) throw badData(`invalid label name: ${quote(name)}`);
  return name;
}

function hintsOf({ parameters }: ReadContext): LabelHints {
  const limit = parameters.limit();
  const startMs = parameters.timeOr('start', MIN_TIME_MS);
  const endMs = parameters.timeOr('end', MAX_TIME_MS);
  return { startMs, endMs, limit };
}

/** One more than is wanted shows that there are more. */
function oneMore(hints: LabelHints): LabelHints {
  return hints.limit === 0 ? hints : { ...hints, limit: hints.limit + 1 };
}

function withQuerier<T>(context: ReadContext, read: (querier: Querier) => T): T {
  const querier = new MeteredQuerier(context.tenant.tsdb.querier(), 0, deadlineOf(context));
  try {
    return read(querier);
  } finally {
    querier.close();
  }
}

function union(selectors: Selectors, read: (matchers: readonly Matcher[]) => string[]): readonly string[] {
  if (selectors.length <= 1) return read(selectors[0] ?? []);
  return [...new Set(selectors.flatMap(read))].sort(compareText);
}

function textAnswer(found: readonly string[], limit: number): Answer {
  return cut(found, limit, (kept) => arrayOf(kept, (writer, text) => writer.string(text)));
}

function cut<T>(
  items: readonly T[],
  limit: number,
  produce: (items: readonly T[]) => NonNullable<Answer['data']>,
): Answer {
  if (limit === 0 || items.length <= limit) return answer(produce(items));
  return answer(produce(items.slice(0, limit)), [TRUNCATED]);
}
