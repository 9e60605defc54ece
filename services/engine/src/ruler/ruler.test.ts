// Rules in an engine with its real parts: what they write can be queried, alerts reach the alert manager, and
// what was known survives changes of files and restarts.

import { expect, test } from 'vitest';
import { AlertingKit } from '../testing/alerting-kit.ts';

const RULES = `groups:
- name: g
  interval: 1s
  rules:
  - record: job:x:sum
    expr: sum by (job) (x)
  - alert: High
    expr: job:x:sum > 5
    for: 3s
    labels: {severity: page}
    annotations: {summary: 'at {{ $value }} on {{ $labels.job }}'}
`;

const CONFIG = `route: {receiver: r, group_wait: 1s, group_interval: 2s}
receivers:
- name: r
  sns_configs:
  - {topic_arn: 'arn:aws:sns:us-east-1:123456789012:t', sigv4: {region: us-east-1}}
`;

test('a recording rule is written and an alerting rule sees what it wrote in the same round', async () => {
  const kit = await AlertingKit.open();
  await kit.push('x', { job: 'a', i: '1' }, 2);
  await kit.push('x', { job: 'a', i: '2' }, 4);
  kit.setRules({ one: RULES });
  await kit.advance(2);
  expect(await kit.query('job:x:sum')).toEqual({ '__name__=job:x:sum,job=a': '6' });
  expect(await kit.query('ALERTS')).toEqual({
    '__name__=ALERTS,alertname=High,alertstate=pending,job=a,severity=page': '1',
  });
  await kit.advance(3);
  expect(await kit.query('ALERTS')).toEqual({
    '__name__=ALERTS,alertname=High,alertstate=firing,job=a,severity=page': '1',
  });
});

test('an alert that fires is notified, and again when it has resolved', async () => {
  const kit = await AlertingKit.open();
  await kit.setAlertManager(CONFIG);
  await kit.push('x', { job: 'a' }, 6);
  kit.setRules({ one: RULES });
  await kit.advance(7);
  const [first] = kit.delivery.outgoing;
  expect(first?.notification.alerts).toHaveLength(1);
  const { alert, resolved } = first!.notification.alerts[0]!;
  expect(resolved).toBe(false);
  expect(Object.fromEntries(alert.labels)).toEqual({ alertname: 'High', job: 'a', severity: 'page' });
  expect(alert.annotations).toEqual([['summary', 'at 6 on a']]);
  expect(alert.generatorUrl).toBe(
    'http://ampere.test/workspaces/ws-1/graph?g0.expr=job%3Ax%3Asum+%3E+5&g0.tab=1',
  );
  await kit.push('x', { job: 'a' }, 1);
  await kit.advance(4);
  expect(kit.delivery.outgoing).toHaveLength(2);
  expect(kit.delivery.outgoing[1]?.notification.alerts[0]?.resolved).toBe(true);
});

test('a file that is replaced keeps the state of rules that stayed the same', async () => {
  const kit = await AlertingKit.open();
  await kit.push('x', { job: 'a' }, 6);
  kit.setRules({ one: RULES });
  await kit.advance(3);
  kit.setRules({ one: RULES.replace('at {{', 'now at {{') });
  await kit.advance(3);
  const { alerts } = (await kit.get('alerts')) as {
    alerts: { state: string; annotations: { summary: string } }[];
  };
  expect(alerts).toMatchObject([{ state: 'firing', annotations: { summary: 'now at 6 on a' } }]);
});

test('a file that can not be used leaves the one before it running, and others alone', async () => {
  const kit = await AlertingKit.open();
  await kit.push('x', { job: 'a' }, 6);
  kit.setRules({ one: RULES });
  await kit.advance(2);
  kit.setRules({
    one: 'groups: [{name: g, rules: [{record: r, expr: "sum("}]}]',
    two: 'groups: [{name: h, interval: 1s, rules: [{record: r, expr: vector(1)}]}]',
  });
  await kit.advance(2);
  const { groups } = (await kit.get('rules')) as { groups: { file: string; rules: { health: string }[] }[] };
  expect(groups.map(({ file, rules }) => [file, ...rules.map(({ health }) => health)])).toEqual([
    ['one', 'ok', 'ok'],
    ['two', 'ok'],
  ]);
  expect(kit.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a namespace that is gone ends its series', async () => {
  const kit = await AlertingKit.open();
  await kit.push('x', { job: 'a' }, 6);
  kit.setRules({ one: RULES });
  await kit.advance(2);
  kit.setRules({});
  await kit.advance(3);
  expect(await kit.query('job:x:sum')).toEqual({});
  expect(await kit.get('rules')).toEqual({ groups: [] });
});

test('a rule that fails says why and the next one goes on', async () => {
  const kit = await AlertingKit.open({
    limits: { defaults: { rule_evaluation_interval: '1s', query_samples: 1 } },
  });
  await kit.push('x', { job: 'a' }, 6);
  await kit.push('x', { job: 'b' }, 6);
  kit.setRules({
    one: 'groups: [{name: g, interval: 1s, rules: [{record: r, expr: x}, {record: s, expr: vector(2)}]}]',
  });
  await kit.advance(2);
  const { groups } = (await kit.get('rules')) as { groups: { rules: unknown[] }[] };
  expect(groups[0]?.rules).toMatchObject([
    {
      health: 'err',
      lastError: 'query processing would load too many samples into memory in query execution',
    },
    { health: 'ok' },
  ]);
  expect(await kit.engine.metricsText()).toMatch(
    /ampere_rule_evaluation_failures_total\{workspace="ws-1"\} [12]/,
  );
});

test('intervals below the limit are raised to it', async () => {
  const kit = await AlertingKit.open({ limits: { defaults: { rule_evaluation_interval: '10s' } } });
  kit.setRules({ one: RULES });
  await kit.advance(1);
  expect(await kit.get('rules')).toMatchObject({ groups: [{ interval: 10 }] });
});

test('a workspace that is deleted while its rules run is gone', async () => {
  const kit = await AlertingKit.open();
  kit.setRules({ one: RULES });
  await kit.advance(2);
  await kit.engine.deleteTenant('ws-1');
  await kit.advance(2);
  expect((await kit.ask('GET', '/prometheus/api/v1/rules')).status).toBe(404);
  expect(await kit.engine.metricsText()).not.toContain('workspace="ws-1"');
});

test('after a restart a long `for` goes on where it was', async () => {
  const text = `groups: [{name: g, interval: 10s, rules: [{alert: Slow, expr: x > 0, for: 20m}]}]`;
  const first = await AlertingKit.open();
  for (let i = 0; i < 12; i++) {
    await first.push('x', {}, 1);
    if (i === 0) first.setRules({ one: text });
    await first.advance(10);
  }
  const activeAt = async (kit: AlertingKit) =>
    ((await kit.get('alerts')) as { alerts: { activeAt: string }[] }).alerts[0]?.activeAt;
  const before = await activeAt(first);
  await first.engine.stop();
  const second = await AlertingKit.open({ dataDir: first.dataDir, clock: first.clock });
  second.setRules({ one: text });
  for (let i = 0; i < 4; i++) {
    await second.push('x', {}, 1);
    await second.advance(10);
  }
  const shiftMs = Date.parse((await activeAt(second))!) - Date.parse(before!);
  expect(shiftMs).toBeGreaterThanOrEqual(0);
  expect(shiftMs).toBeLessThanOrEqual(40_000);
});
