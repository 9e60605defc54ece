import { FakeClock } from '@ampere/platform';
import type { QueryValue } from '@ampere/promql';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { AlertingRun } from './alerting.ts';
import { EvaluatedGroup, type GroupSetting } from './group.ts';
import { parseRuleFile } from './rule-file.ts';
import { DEFAULT_RULE_OPTIONS, type RuleOptions } from './rule-host.ts';
import { FakeHost, showLabels, vector } from './testing/fake-host.ts';

const OPTIONS: RuleOptions = {
  ...DEFAULT_RULE_OPTIONS,
  externalUrl: 'http://am/ws',
  externalLabels: Labels.EMPTY,
};

class Bench {
  readonly host = new FakeHost();
  readonly clock = new FakeClock(0);
  group: EvaluatedGroup;
  nowMs = 0;

  constructor(rules: string, setting: Partial<GroupSetting> = {}, head = '') {
    this.group = this.make(rules, setting, head);
  }

  make(rules: string, setting: Partial<GroupSetting> = {}, head = ''): EvaluatedGroup {
    const [group] = parseRuleFile(`groups:\n- name: g\n${head}  rules:\n${rules}`);
    const { host, clock } = this;
    return new EvaluatedGroup(group!, { file: 'f', host, clock, options: OPTIONS, ...setting });
  }

  /** A round at so many seconds, with the result of the expression `x` (or of others). What it wrote. */
  at(seconds: number, result?: QueryValue | string, expr = 'x'): string[] {
    if (result !== undefined) this.host.results.set(expr, result);
    this.clock.advance(seconds * 1000 - this.nowMs);
    this.nowMs = seconds * 1000;
    this.group.evaluate(this.nowMs);
    return this.host.takeWritten();
  }

  sent(): string[] {
    return this.host
      .takeSent()
      .map((alert) => `${showLabels(alert.labels)} ${alert.startsAtMs / 1000}-${alert.endsAtMs / 1000}`);
  }

  health(rule = 0): string {
    const { health, lastError } = this.group.rules[rule]!;
    return lastError === '' ? health : `${health}: ${lastError}`;
  }

  alert() {
    const { run } = this.group.rules[0]!;
    return run instanceof AlertingRun ? run.activeAlerts[0] : undefined;
  }
}

const A = { __name__: 'x', i: 'a' };
const B = { __name__: 'x', i: 'b' };
const one = vector([A, 1]);
const none = vector();
const record = (rest = '') => `  - {record: r, expr: x${rest}}\n`;
const alert = (rest = '') => `  - {alert: Q, expr: x${rest}}\n`;
const alerts = (time: number, state: string, activeAt: number, more = 'i=a') => [
  `${time} ALERTS{alertname=Q,alertstate=${state},${more}} 1`,
  `${time} ALERTS_FOR_STATE{alertname=Q,${more}} ${activeAt}`,
];

test('a recorded series gets the name and the labels of the rule', () => {
  const bench = new Bench(record(`, labels: {team: t, i: ''}`));
  expect(bench.at(60, one)).toEqual(['60 r{team=t} 1']);
  expect(bench.health()).toBe('ok');
});

test('labels of the group stand behind those of the rule', () => {
  const bench = new Bench(record(', labels: {team: t}'), {}, '  labels: {team: g, zone: z}\n');
  expect(bench.at(60, one)).toEqual(['60 r{i=a,team=t,zone=z} 1']);
});

test('a scalar is recorded as one series without labels', () => {
  expect(new Bench(record()).at(60, { type: 'scalar', timeMs: 0, value: 4 })).toEqual(['60 r{} 4']);
});

test('a text is no result for a rule', () => {
  const bench = new Bench(record());
  expect(bench.at(60, { type: 'string', timeMs: 0, value: 'a' })).toEqual([]);
  expect(bench.health()).toBe('err: rule result is not a vector or scalar');
});

test('equal label sets are an error and nothing is written', () => {
  const bench = new Bench(record(`, labels: {i: c}`));
  expect(bench.at(60, vector([A, 1], [B, 2]))).toEqual([]);
  expect(bench.health()).toBe(
    'err: vector contains metrics with the same labelset after applying rule labels',
  );
});

test('a series that vanishes gets one stale marker', () => {
  const bench = new Bench(record());
  bench.at(60, vector([A, 1], [B, 2]));
  expect(bench.at(120, one)).toEqual(['120 r{i=a} 1', '120 r{i=b} stale']);
  expect(bench.at(180)).toEqual(['180 r{i=a} 1']);
});

test('a failed round ends no series, the next good one does', () => {
  const bench = new Bench(record());
  bench.at(60, one);
  expect(bench.at(120, 'too many samples')).toEqual([]);
  expect(bench.health()).toBe('err: too many samples');
  expect(bench.at(180, none)).toEqual(['180 r{i=a} stale']);
  expect(bench.health()).toBe('ok');
});

test('a rule that fails leaves the others alone', () => {
  const bench = new Bench(`${record()}  - {record: s, expr: y}\n`);
  bench.host.results.set('y', one);
  expect(bench.at(60, 'broken')).toEqual(['60 s{i=a} 1']);
  expect(bench.health(1)).toBe('ok');
});

test('the limit of series', () => {
  const bench = new Bench(record(), {}, '  limit: 1\n');
  expect(bench.at(60, vector([A, 1], [B, 2]))).toEqual([]);
  expect(bench.health()).toBe('err: exceeded limit of 1 with 2 series');
});

test('the query offset moves queries, samples and stale markers', () => {
  const bench = new Bench(record(), {}, '  query_offset: 10s\n');
  expect(bench.at(60, one)).toEqual(['50 r{i=a} 1']);
  expect(bench.at(120, none)).toEqual(['110 r{i=a} stale']);
  expect(bench.host.queries).toEqual(['50 x', '110 x']);
});

test('what storage refuses is an error of the rule', () => {
  const bench = new Bench(record());
  bench.host.refusal = 'out of order sample';
  bench.at(60, one);
  expect(bench.health()).toBe('err: out of order sample');
});

test('without for an alert fires in its first round', () => {
  const bench = new Bench(alert());
  expect(bench.at(60, one)).toEqual(alerts(60, 'firing', 60));
  expect(bench.sent()).toEqual(['{alertname=Q,i=a} 60-300']);
  expect(bench.host.sent).toEqual([]);
});

test('an alert fires when for is reached, and its pending series ends', () => {
  const bench = new Bench(alert(', for: 2m'));
  expect(bench.at(60, one)).toEqual(alerts(60, 'pending', 60));
  expect(bench.at(120)).toEqual(alerts(120, 'pending', 60));
  expect(bench.sent()).toEqual([]);
  expect(bench.at(180)).toEqual([
    ...alerts(180, 'firing', 60),
    '180 ALERTS{alertname=Q,alertstate=pending,i=a} stale',
  ]);
  expect(bench.sent()).toEqual(['{alertname=Q,i=a} 180-420']);
});

test('a pending alert that ends leaves nothing but stale markers', () => {
  const bench = new Bench(alert(', for: 2m'));
  bench.at(60, one);
  expect(bench.at(120, none)).toEqual([
    '120 ALERTS{alertname=Q,alertstate=pending,i=a} stale',
    '120 ALERTS_FOR_STATE{alertname=Q,i=a} stale',
  ]);
  expect(bench.sent()).toEqual([]);
  bench.at(180, one);
  expect(bench.alert()).toMatchObject({ state: 'pending', activeAtMs: 180_000 });
});

test('a firing alert is sent again only when the resend delay has passed', () => {
  const bench = new Bench(alert());
  const sentAt = [60, 90, 120, 121, 181].filter((seconds) => {
    bench.at(seconds, one);
    return bench.sent().length > 0;
  });
  expect(sentAt).toEqual([60, 121]);
});

test('a resolved alert is sent with its end for 15 minutes', () => {
  const bench = new Bench(alert());
  bench.at(60, one);
  bench.sent();
  bench.at(120, none);
  expect(bench.sent()).toEqual(['{alertname=Q,i=a} 60-120']);
  const sentAt: number[] = [];
  for (let seconds = 180; seconds <= 1500; seconds += 60) {
    bench.at(seconds);
    if (bench.sent().length > 0) sentAt.push(seconds);
  }
  expect(sentAt[0]).toBe(240);
  expect(sentAt.at(-1)).toBe(960);
});

test('an alert that comes back begins anew', () => {
  const bench = new Bench(alert());
  bench.at(60, one);
  bench.at(120, none);
  bench.at(180, one);
  bench.sent();
  expect(bench.alert()).toMatchObject({ state: 'firing', activeAtMs: 180_000, firedAtMs: 180_000 });
});

test('keep_firing_for keeps an alert as it was', () => {
  const bench = new Bench(alert(`, keep_firing_for: 2m, annotations: {v: '{{ $value }}'}`));
  bench.at(60, one);
  expect(bench.at(120, none)).toEqual(alerts(120, 'firing', 60));
  expect(bench.alert()).toMatchObject({ keepFiringSinceMs: 120_000, value: 1 });
  expect(bench.at(180)).toEqual(alerts(180, 'firing', 60));
  expect(bench.at(240)).toHaveLength(2);
  expect(bench.alert()).toBeUndefined();
});

test('keep_firing_for starts over when the expression is true in between', () => {
  const bench = new Bench(alert(', keep_firing_for: 2m'));
  bench.at(60, one);
  bench.at(120, none);
  bench.at(180, one);
  expect(bench.alert()?.keepFiringSinceMs).toBeUndefined();
  bench.at(240, none);
  bench.at(300);
  expect(bench.alert()?.state).toBe('firing');
});

test('labels and annotations are expanded', () => {
  const bench = new Bench(
    alert(
      `, labels: {sev: '{{ if gt $value 0.5 }}page{{ end }}'}, annotations: {s: '{{ $labels.i }} {{ $value }}'}`,
    ),
  );
  expect(bench.at(60, one)).toEqual(alerts(60, 'firing', 60, 'i=a,sev=page'));
  expect(bench.alert()?.annotations.get('s')).toBe('a 1');
});

test('a label whose template changes makes another alert', () => {
  const bench = new Bench(alert(`, for: 2m, labels: {v: '{{ $value }}'}`));
  bench.at(60, one);
  bench.at(120, vector([A, 2]));
  expect(bench.alert()).toMatchObject({ activeAtMs: 120_000 });
});

test('templates can query, and what fails becomes text', () => {
  const bench = new Bench(
    alert(
      `, annotations: {a: '{{ query "y" | first | value }}', b: '{{ query "y+" }}', c: '{{ query "z" }}'}`,
    ),
  );
  bench.host.results.set('y', vector([B, 7]));
  bench.host.results.set('z', 'z is broken');
  bench.at(60, one);
  const { annotations } = bench.alert()!;
  expect(annotations.get('a')).toBe('7');
  expect(annotations.get('b')).toMatch(
    /^<error expanding template: error executing template __alert_Q: .*error calling query: 1:3: parse error/,
  );
  expect(annotations.get('c')).toMatch(/error calling query: z is broken>$/);
});

test('alerts that would be equal are an error and the known ones stay', () => {
  const bench = new Bench(alert(`, labels: {i: ''}`));
  bench.at(60, one);
  bench.at(120, vector([A, 1], [B, 1]));
  expect(bench.health()).toBe(
    'err: vector contains metrics with the same labelset after applying alert labels',
  );
  expect(bench.alert()?.state).toBe('firing');
});

test('more alerts than the limit drop all state', () => {
  const bench = new Bench(alert(), {}, '  limit: 1\n');
  bench.at(60, one);
  bench.sent();
  expect(bench.at(120, vector([A, 1], [B, 1]))).toEqual([]);
  expect(bench.health()).toBe('err: exceeded limit of 1 with 2 alerts');
  expect(bench.alert()).toBeUndefined();
  expect(bench.sent()).toEqual([]);
});

test('the link to the expression', () => {
  const bench = new Bench('  - {alert: Q, expr: "x > 0 and x{a=\\"(b)\\"}"}\n');
  bench.at(60, one, 'x > 0 and x{a="(b)"}');
  expect(bench.host.takeSent()[0]!.generatorUrl).toBe(
    'http://am/ws/graph?g0.expr=x+%3E+0+and+x%7Ba%3D%22%28b%29%22%7D&g0.tab=1',
  );
});

test('a changed file keeps alerts of rules with the same name and labels', () => {
  const bench = new Bench(alert(', for: 5m') + record());
  bench.at(60, one);
  bench.group = bench.make(alert(', for: 2m'), { former: bench.group });
  expect(bench.at(180)).toEqual([
    ...alerts(180, 'firing', 60),
    '180 ALERTS{alertname=Q,alertstate=pending,i=a} stale',
    '180 r{i=a} stale',
  ]);
});

test('a rule with other labels is another rule', () => {
  const bench = new Bench(alert(', for: 2m'));
  bench.at(60, one);
  bench.group = bench.make(alert(', for: 2m, labels: {new: l}'), { former: bench.group });
  expect(bench.at(120)).toEqual([
    ...alerts(120, 'pending', 120, 'i=a,new=l'),
    '120 ALERTS{alertname=Q,alertstate=pending,i=a} stale',
    '120 ALERTS_FOR_STATE{alertname=Q,i=a} stale',
  ]);
});

test('a group that is removed ends its series', () => {
  const bench = new Bench(record());
  bench.at(60, one);
  bench.group.endSeries(90_000);
  expect(bench.host.takeWritten()).toEqual(['90 r{i=a} stale']);
});

/** Two rounds after a restart, at 6000 s and 6060 s, with what was known before. Since when it is active then. */
function restored(forText: string, lastSeconds: number, activeAtSeconds: number): number {
  const bench = new Bench(alert(`, for: ${forText}`), { isRestoring: true });
  const labels = Labels.fromRecord({ __name__: 'ALERTS_FOR_STATE', alertname: 'Q', i: 'a' });
  bench.host.forStates = [{ labels, timeMs: lastSeconds * 1000, activeAtSeconds }];
  expect([bench.at(6000, one), bench.at(6060)]).toEqual([[], []]);
  const activeAtMs = bench.alert()!.activeAtMs;
  expect(bench.at(6120)[1]).toContain(`${activeAtMs / 1000}`);
  return activeAtMs / 1000;
}

const restoring = (name: string, [forText, last, activeAt]: [string, number, number], expected: number) =>
  test(name, () => expect(restored(forText, last, activeAt)).toBe(expected));
restoring('an alert that was firing keeps its beginning', ['30m', 5400, 3000], 3000);
restoring('nearly firing: ten minutes more', ['30m', 5400, 4200], 6060 + 600 - 1800);
restoring('otherwise the down time does not count', ['30m', 5400, 5000], 5000 + 660);
restoring('state of more than an hour ago is forgotten', ['30m', 2000, 1000], 6000);
restoring('a short for is not restored', ['9m', 5400, 3000], 6000);
