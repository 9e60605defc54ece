// What could hang or exhaust the server: each ends in an answer within its deadline or its limits, and the thread goes
// on with the next query.

import { LIMITS } from '@ampere/limits';
import { expect, test } from 'vitest';
import { NOW_MS } from '../query-api/testing/api-kit.ts';
import type { MadeUpStorage } from '../testing/query-thread-entry.ts';
import { at, buildQueryThreads, jsonOf, openQueryThreads, small } from '../testing/query-threads-kit.ts';

buildQueryThreads();

const many: MadeUpStorage = { series: 300_000, samplesPerSeries: 2 };
const limits = { querySamplesMax: LIMITS.query_samples.default };

/** Asks, with half a second if nothing else is said; `expected` is of the status and the start of the text. */
function check(
  name: string,
  query: string,
  expected: RegExp,
  options: { storage?: MadeUpStorage; timeout?: string; range?: string } = {},
): void {
  const { storage = small, timeout = '500ms', range } = options;
  test(name, async () => {
    const { ask, logged } = openQueryThreads({ timeoutMs: 20_000 });
    // The thread is there.
    expect((await ask(small, at('m'), {}, limits)).status).toBe(200);
    const body = new TextEncoder().encode(`${at(query)}&timeout=${timeout}${range ?? ''}`);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = `/prometheus/api/v1/query${range === undefined ? '' : '_range'}`;
    const change = { method: 'POST', tenant: 'ws-2', path, body, headers };
    const response = await ask(storage, '', change, limits);
    const { error, data } = await jsonOf(response);
    expect(`${response.status} ${error ?? data.result[0]?.value?.[1] ?? data.resultType}`).toMatch(expected);
    expect((await ask(small, at('count(m)'), {}, limits)).status).toBe(200);
    // The same thread goes on.
    expect(logged).toEqual([]);
  });
}

const seconds = NOW_MS / 1000;
const daysOfSteps = `&start=${seconds - 10 * 86_400}&end=${seconds}&step=80`;

check(
  'subqueries in subqueries',
  'max_over_time(sum_over_time(max_over_time(m[1d:1s])[1d:1s])[1d:1s])',
  /^(200|422|503)/,
);
check('a subquery of too many steps', 'max_over_time(m[100y:1ms])', /^422 subquery has \d+ steps, more than/);
check('a subquery at each of many steps', 'max_over_time(rate(m[5m])[10d:1s])', /^(200|422|503)/, {
  range: daysOfSteps,
});
check('all series', 'count({__name__=~".+"})', /^200 300000$/, { storage: many, timeout: '20s' });
check('all series at many steps', 'm + 0', /^(422 query processing would load|503 query timed out)/, {
  storage: many,
  range: daysOfSteps,
});
check('a sort of all series', 'sort(m)', /^(200|503)/, { storage: many });
check('a join of all series with themselves', 'm * on (i) m', /^(200|503)/, { storage: many });
check('many values of one label', 'count_values("v", m * scalar(m))', /^(200|503)/, { storage: many });
check('deep parentheses', `${'('.repeat(10_000)}1${')'.repeat(10_000)}`, /^400 .*nested/);
check('deep unary signs', `${'-'.repeat(10_000)}1`, /^400 .*nested/);
check('deep calls', `${'abs('.repeat(10_000)}m${')'.repeat(10_000)}`, /^400 .*nested/);
check('a text of 1 MB: a sum', `1${'+1'.repeat(500_000)}`, /^400 .*nested/, { timeout: '20s' });
check('a text of 1 MB: one label', `m{a="${'x'.repeat(1_000_000)}"}`, /^200/, { timeout: '20s' });
check('a text of 1 MB: blanks', `m${' '.repeat(1_000_000)}`, /^200/, { timeout: '20s' });
check('a text of 1 MB: no PromQL', '{'.repeat(1_000_000), /^400/, { timeout: '20s' });

const long = 'a'.repeat(50_000);
const replaced = (pattern: string) =>
  `count(label_replace(label_replace(m, "long", "${long}", "", ""), "x", "$1", "long", "${pattern}"))`;
for (const pattern of [
  '(a+)+b',
  '(a|a)*b',
  '(a|aa)+$b',
  '(.*)*x',
  '(([a-z])+.)+[A-Z]([a-z])+b',
  '(a?){50}a{50}b',
]) {
  check(`the pattern ${pattern}`, replaced(pattern), /^200 3$/, { timeout: '20s' });
}
check('a pattern that repeats repetitions', 'm{a=~"((a{1000}){1000}){1000}"}', /^400 .*invalid repeat count/);
check('a pattern of many alternatives', `m{i=~"${'a.*b|'.repeat(20_000)}c"}`, /^(200|400)/, {
  timeout: '20s',
});
