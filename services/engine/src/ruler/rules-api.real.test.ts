// `/api/v1/rules` and `/api/v1/alerts` beside a real Prometheus 3.5 with the same rule files and the same data:
// the same answers. Moments and durations of evaluations differ by nature and are compared by their form.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock, SystemClock } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { describeWith, RealPrometheus, temporaryFolder, until } from '@ampere/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertingKit } from '../testing/alerting-kit.ts';

const FILES: Readonly<Record<string, string>> = {
  'b.yml': `groups:
- name: second
  interval: 1s
  labels: {of: group}
  rules:
  - {record: 'job:x:sum', expr: 'sum   by(job)(x)'}
  - {record: labelled, expr: x, labels: {kind: r, b: a}}
  - {record: twice, expr: 'label_replace(x, "i", "", "", "")'}
- name: first
  interval: 1s
  limit: 7
  rules:
  - alert: Firing
    expr: x > 0
    labels: {severity: page, tmpl: '{{ $labels.i }}'}
    annotations: {z: last, a: 'value {{ $value }}', broken: '{{ $labels.i | nothing2 }}{{ template "x" }}'}
  - {alert: Pending, expr: 'x == 2.5', for: 1h, keep_firing_for: 90s}
  - {alert: Inactive, expr: 'x > 100'}
  - {alert: Scalar, expr: '1'}
  - {alert: Infinite, expr: '1 / vector(0)'}
`.replace(' | nothing2 }}{{ template "x" }}', ' }}{{ query "sum(" }}'),
  'a.yml': `groups:
- name: limited
  interval: 1s
  limit: 1
  rules:
  - {alert: TooMany, expr: x}
  - {record: too_many, expr: x}
- {name: empty, rules: []}
- {name: 'odd "name" ü', interval: 2s, rules: [{record: s, expr: 'count({__name__=~".+"}) * 0'}]}
- {name: string, interval: 1s, rules: [{record: text, expr: '"a"'}]}
`,
};

const SAMPLES = [
  { job: 'a', i: '1', value: 1 },
  { job: 'a', i: '2', value: 2.5 },
  { job: 'b', i: '1', value: 1e9 },
];

const TARGETS = [
  'rules',
  'rules?type=alert',
  'rules?type=record',
  'rules?type=ALERT',
  'rules?exclude_alerts=true',
  'rules?exclude_alerts=false&type=alert',
  'rules?rule_name[]=Firing',
  'rules?rule_name[]=Firing&rule_name[]=labelled',
  'rules?rule_name[]=nobody',
  'rules?rule_group[]=first',
  'rules?rule_group[]=first&rule_group[]=limited&rule_name[]=Pending',
  'rules?file[]=b.yml',
  'rules?file[]=$b',
  'rules?file[]=$a&type=record',
  'rules?file[]=$a&file[]=$b&rule_group[]=second',
  'rules?match[]={severity="page"}',
  'rules?match[]={kind=~"r|s"}',
  'rules?match[]={of="group"}&match[]={severity="page"}',
  'rules?match[]={tmpl="1"}',
  'rules?match[]={tmpl=~".*labels.*"}',
  'rules?match[]={severity!="page",b="a"}',
  'rules?group_limit=1',
  'rules?group_limit=2',
  'rules?group_limit=4',
  'rules?group_limit=5',
  'rules?group_limit=1&group_next_token=$next',
  'rules?group_limit=3&group_next_token=$next',
  'rules?group_limit=1&rule_group[]=second',
  'rules?group_limit=1&group_next_token=$next&type=alert',
  'alerts',
];

describeWith('beside the real Prometheus', ['prometheus'], ({ prometheus }) => {
  const folder = temporaryFolder();
  let real: RealPrometheus;
  let ours: AlertingKit;

  beforeAll(async () => {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    real = await RealPrometheus.start(prometheus, { configuration: `rule_files: ['${folder}/*.yml']\n` });
    const nowMs = Math.floor(new SystemClock().nowMs());
    const clock = new FakeClock(nowMs);
    ours = await AlertingKit.open({ clock, dataDir: join(folder, 'data'), forWholeFile: true });
    const timeseries = SAMPLES.map(({ value, ...labels }) => ({
      labels: Object.entries({ __name__: 'x', ...labels }).sort(([a], [b]) => (a < b ? -1 : 1)),
      samples: [{ timestampMs: nowMs, value }],
    }));
    const body = encodeSnappy(encodeWriteRequest({ timeseries }));
    await real.write(body);
    await ours.ask('POST', '/api/v1/push', body);
    ours.setRules(
      Object.fromEntries(Object.entries(FILES).map(([name, text]) => [join(folder, name), text])),
    );
    await ours.advance(4);
    await until('every rule to have seen the data', async () => {
      const { text } = await real.ask('GET rules');
      const { groups } = JSON.parse(text).data as { groups: { lastEvaluation: string; interval: number }[] };
      return groups.every(
        ({ lastEvaluation, interval }) => Date.parse(lastEvaluation) > nowMs + interval * 1000,
      );
    });
  });
  afterAll(() => ours.engine.stop());

  for (const target of TARGETS) {
    test(target, async () => {
      const path = encodeURI(target)
        .replace('$a', encodeURIComponent(join(folder, 'a.yml')))
        .replace('$b', encodeURIComponent(join(folder, 'b.yml')))
        .replace('$next', await nextToken(real));
      const { status, text } = await real.ask(`GET ${path}`);
      const answer = await ours.ask('GET', `/prometheus/api/v1/${path}`);
      expect(answer.status).toBe(status);
      expect(normalised(answer.json)).toEqual(normalised(JSON.parse(text)));
    });
  }
});

async function nextToken(real: RealPrometheus): Promise<string> {
  return JSON.parse((await real.ask('GET rules?group_limit=1')).text).data.groupNextToken;
}

/** Times that depend on when something was evaluated, by their form. */
function normalised(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (name, value: unknown) => {
    if (name === 'evaluationTime') return typeof value;
    if (name === 'lastEvaluation' || name === 'activeAt') {
      return String(value).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/, 'T');
    }
    // Alerts of a rule come in no order.
    if (name === 'alerts' && Array.isArray(value)) {
      return value.sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
    }
    return value;
  });
}
