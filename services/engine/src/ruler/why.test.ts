import { expect, test } from 'vitest';
import { AlertingKit } from '../testing/alerting-kit.ts';
import type { WhyReport } from './why.ts';

const RULES = `groups:
- name: g
  interval: 10s
  rules:
  - alert: High
    expr: x{job="a"} > 5
    for: 30s
    labels: {sev: page}
    annotations: {text: 'at {{ $value }}'}
  - {alert: Kept, expr: x > 5, keep_firing_for: 1m}
  - {alert: Broken, expr: 'sum(x) + on(job) group_left label_replace(x, "i", "same", "", "") > 0'}
  - {record: r, expr: sum(x)}
`;

/** \`x{i="1"}\` is 6, then after a minute 2; \`x{i="2"}\` ends after half a minute. */
async function setUp() {
  const kit = await AlertingKit.open();
  const startMs = kit.clock.nowMs();
  kit.setRules({ file: RULES });
  for (let round = 0; round < 10; round++) {
    await kit.push('x', { job: 'a', i: '1' }, round < 6 ? 6 : 2);
    if (round < 3) await kit.push('x', { job: 'a', i: '2' }, 7);
    else if (round === 3) await kit.push('x', { job: 'a', i: '2' }, 0, true);
    await kit.advance(10);
  }
  const why = async (rule: string, seconds: number) =>
    (await kit.get(`rules/why?group=g&rule=${rule}&time=${startMs / 1000 + seconds}`)) as WhyReport;
  return { kit, why };
}

test('before, during and after', async () => {
  const { why } = await setUp();
  const verdict = async (seconds: number) => (await why('High', seconds)).verdict;
  expect([await verdict(-50), await verdict(25), await verdict(55), await verdict(90)]).toEqual([
    'inactive',
    'pending',
    'firing',
    'inactive',
  ]);
});

test('a pending alert says until when it is', async () => {
  const { why } = await setUp();
  const { alerts, steps, result, recordedStates } = await why('High', 25);
  const alert = alerts.find(({ labels }) => labels['i'] === '1')!;
  expect(alert).toMatchObject({ state: 'pending', value: '6', annotations: { text: 'at 6' } });
  expect(Date.parse(alert.firesAt!) - Date.parse(alert.activeAt)).toBe(30_000);
  expect(result).toHaveLength(2);
  expect(recordedStates.map(({ labels }) => labels['alertstate'])).toEqual(['pending', 'pending']);
  expect(steps.join('\n')).toMatch(/is pending: its condition has held since .* and must for 30 s/);
});

test('what did not meet the condition, and a series that has ended', async () => {
  const { why } = await setUp();
  const { compared, selectors, steps } = await why('High', 90);
  expect(compared).toEqual([{ labels: { __name__: 'x', job: 'a', i: '1' }, value: 2 }]);
  expect(selectors).toMatchObject([
    { selector: 'x{job="a"}', present: 1, missing: [{ labels: { i: '2' }, why: 'stale' }] },
  ]);
  expect(steps.join('\n')).toContain('no series meets the condition; x{job="a"} is 2');
});

test('an alert that is kept', async () => {
  const { why } = await setUp();
  expect((await why('Kept', 75)).alerts).toMatchObject([
    { state: 'firing', labels: { i: '1' } },
    { state: 'firing' },
  ]);
});

test('a rule that fails names the part', async () => {
  const { why } = await setUp();
  const { verdict, error } = await why('Broken', 15);
  expect(verdict).toBe('failed');
  expect(error).toMatchObject({
    part: 'label_replace(x, "i", "same", "", "")',
    position: 29,
    message: 'vector cannot contain metrics with the same labelset',
  });
});

test('a recording rule', async () => {
  const { why } = await setUp();
  expect(await why('r', 55)).toMatchObject({
    verdict: 'recorded',
    result: [{ labels: {}, value: 6 }],
    alerts: [],
  });
});

test('rules and groups that are not there', async () => {
  const { kit } = await setUp();
  const ask = async (search: string) => (await kit.ask('GET', `/prometheus/api/v1/rules/why?${search}`)).json;
  expect(await ask('group=g&rule=nobody')).toMatchObject({ errorType: 'not_found' });
  expect(await ask('group=g')).toMatchObject({ errorType: 'bad_data' });
});

test('how rules fare', async () => {
  const { kit } = await setUp();
  const { groups, faults } = (await kit.get('rules/status')) as {
    groups: { rules: { name: string }[] }[];
    faults: object;
  };
  expect(faults).toEqual({});
  const byName = Object.fromEntries(groups[0]!.rules.map((rule) => [rule.name, rule]));
  expect(byName['r']).toMatchObject({ health: 'ok', samplesRead: 1, seriesRead: 2, seriesWritten: 1 });
});
