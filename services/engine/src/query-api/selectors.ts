import { ParseError } from '@ampere/promql';
import type { Matcher } from '@ampere/series';
import { badData, PrometheusError } from './prometheus-error.ts';
import type { PromQl } from './tenant.ts';

/** Reads all `match[]` parameters, one list of matchers each. Throws PrometheusError. */
export function parseSelectors(promql: PromQl, texts: readonly string[]): readonly (readonly Matcher[])[] {
  return texts.map((text) => {
    const matchers = parseSelector(promql, text);
    if (matchers.every((matcher) => matcher.matchesEmpty)) {
      throw badData('match[] must contain at least one non-empty matcher');
    }
    return matchers;
  });
}

function parseSelector(promql: PromQl, text: string): readonly Matcher[] {
  try {
    return promql.parseSelector(text);
  } catch (error) {
    if (error instanceof ParseError) throw badData(error.message);
    throw error;
  }
}

/** The same with the text that the series endpoint puts in front. */
export function parseSeriesSelectors(promql: PromQl, texts: readonly string[]) {
  try {
    return parseSelectors(promql, texts);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    throw badData(`invalid parameter "match[]": ${error.message}`);
  }
}
