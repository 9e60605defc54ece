// How often storage is read for a query, and that the answer, its warnings and its counts are those of the same
// query in which no part is written the same way twice.

import { Labels, type Matcher, type SelectHints } from '@ampere/series';
import { expect, it } from 'vitest';
import { WHOLE_LANGUAGE } from '../parser/options.ts';
import { parseExpr } from '../parser/parser.ts';
import { evaluate } from './index.ts';
import { MemoryQuerier, samplesEvery } from './testing/memory-querier.ts';

const OPTIONS = {
  lookbackDeltaMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

const STORE = ['a', 'b', 'c'].map((job, i) => ({
  labels: Labels.fromRecord({ __name__: 'm_total', job }),
  samples: samplesEvery(
    15_000,
    Array.from({ length: 100 }, (_, k) => (k + i) % 30),
  ),
}));
STORE.push({
  labels: Labels.fromRecord({ __name__: 'gauge', job: 'a' }),
  samples: samplesEvery(
    15_000,
    Array.from({ length: 100 }, (_, k) => k),
  ),
});

class CountingQuerier extends MemoryQuerier {
  selects = 0;

  override select(hints: SelectHints, matchers: readonly Matcher[]) {
    this.selects++;
    return super.select(hints, matchers);
  }
}

function run(text: string, bytesMax = 0) {
  const querier = new CountingQuerier(STORE);
  const request = {
    expr: parseExpr(text, WHOLE_LANGUAGE),
    text,
    startMs: 600_000,
    endMs: 1_200_000,
    stepMs: 30_000,
    samplesMax: 0,
    bytesMax,
  };
  const { value, stats, warnings, infos } = evaluate(querier, request, OPTIONS);
  const { totalQueryableSamples } = stats;
  return { value, notes: [...warnings, ...infos], totalQueryableSamples, selects: querier.selects };
}

function checkSelects(query: string, selects: number): void {
  it(`${query}: ${selects}`, () => expect(run(query).selects).toBe(selects));
}

checkSelects('sum(rate(m_total[5m])) / sum(rate(m_total[5m]))', 1);
checkSelects('sum(rate(m_total[5m])) / (sum((rate(m_total[5m]))))', 1);
checkSelects('m_total / on () group_left () sum(m_total)', 1);
checkSelects('m_total + m_total + m_total + m_total', 1);
checkSelects('rate(m_total[5m]) / increase(m_total[5m])', 1);
checkSelects('max_over_time(m_total[5m]) - min_over_time(m_total[5m]) + avg_over_time(m_total[5m])', 1);
checkSelects('rate(m_total[5m]) / rate(m_total[4m])', 2);
checkSelects('rate(m_total[5m]) / rate(m_total[5m] offset 1m)', 2);
checkSelects('m_total @ 900 - m_total', 2);
checkSelects('sum(m_total @ 900) - count(m_total @ 900)', 1);
checkSelects('max_over_time(m_total[4m:30s]) - m_total', 2);
checkSelects('max_over_time(m_total[4m:30s]) - min_over_time(m_total[4m:30s])', 1);
checkSelects('max_over_time(m_total[4m:30s]) - min_over_time(m_total[3m:30s])', 2);
checkSelects('timestamp(m_total) - m_total', 2);
checkSelects('absent(m_total) or m_total', 1);
// A note names the place where it arose: what says one is not kept.
checkSelects('rate(gauge[5m]) + rate(gauge[5m])', 2);

it('answers, notes and counts as when everything is read anew', () => {
  // In one order of the matchers the selectors are the same, in the other they are not.
  const one = '{__name__=~"m_.*",job!="x"}';
  const other = '{job!="x",__name__=~"m_.*"}';
  for (const form of [
    'sum(rate(A[5m])) / sum(rate(B[5m]))',
    'rate(A[5m]) - increase(B[5m])',
    'A / on () group_left () sum(B)',
    'quantile(2, A) + on () quantile(2, B)',
    '-A + B * ignoring () A',
    'max_over_time(A[4m:30s]) - max_over_time(B[4m:30s])',
    'sum(A @ 900) - count(B @ 900)',
    'rate({job="a",__name__="gauge"}[5m]) + rate({__name__="gauge",job="a"}[5m])',
  ]) {
    const shared = run(form.replaceAll('A', one).replaceAll('B', one));
    const apart = run(form.replaceAll('A', one).replaceAll('B', other));
    expect({ ...shared, selects: 0 }, form).toEqual({ ...apart, selects: 0 });
    expect(shared.selects, form).toBeLessThanOrEqual(apart.selects);
  }
});

it('reads anew what does not fit into a share of the memory that a query may use', () => {
  const query = 'sum(m_total) / count(m_total)';
  expect(run(query, 100_000).selects).toBe(1);
  const cramped = run(query, 2_000);
  expect(cramped.selects).toBe(2);
  expect(cramped.value).toEqual(run(query).value);
});
