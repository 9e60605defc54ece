// Unit tests of rules beside the real promtool: the same verdict and, of those that fail, the same texts.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { testRules } from './test-rules.ts';

const RULES = `groups:
- name: g
  labels: {of: group}
  rules:
  - alert: P
    expr: x > 0
    labels: {sev: page, dc: 'x{{ $externalLabels.dc }}'}
    annotations: {s: 'at {{ $value }} of {{ $labels.i }}', u: '{{ $externalURL }}', e: ''}
  - {alert: Q, expr: x > 0, for: 2m, keep_firing_for: 1m}
  - {record: r, expr: 'rate(x[5m])'}
  - {record: ru, expr: 'x * 2', labels: {kind: double}}
- name: second
  rules: [{record: after, expr: 'sum(ru)'}]
`;

const head = (more = '') => `rule_files: [rules.yml]\n${more}tests:\n`;
const one = (fields: string, more = '') => `${head(more)}- ${fields.replaceAll('\n', '\n  ')}\n`;
const INPUT = `input_series:
- {series: 'x{i="a"}', values: '0 1 1 1 1 1 _ _ stale'}
- {series: 'x{i="b"}', values: '0+1x4 0'}`;

const CASES: Readonly<Record<string, string>> = {
  'nothing to test': head().replace('tests:\n', ''),
  'an empty test': one(INPUT),
  'alerts as expected': one(`${INPUT}
alert_rule_test:
- eval_time: 1m
  alertname: P
  exp_alerts:
  - {exp_labels: {i: a, sev: page, of: group, dc: x}, exp_annotations: {s: at 1 of a, u: '', e: ''}}
  - {exp_labels: {i: b, sev: page, of: group, dc: x}, exp_annotations: {s: at 1 of b, u: '', e: ''}}
- {eval_time: 2m, alertname: Q}
- {eval_time: 3m, alertname: Q, exp_alerts: [{exp_labels: {i: a, of: group}}, {exp_labels: {i: b, of: group}}]}`),
  'alerts that differ': one(`name: named
${INPUT}
alert_rule_test:
- {eval_time: 3m, alertname: P, exp_alerts: [{exp_labels: {i: a, sev: wrong}, exp_annotations: {s: x}}]}
- {eval_time: 3m, alertname: Q}
- {eval_time: 8m, alertname: P, exp_alerts: [{exp_labels: {i: b}}]}
- {eval_time: 90s, alertname: nobody, exp_alerts: [{}]}`),
  'external labels and URL': one(`external_labels: {dc: eu}
external_url: http://prom.example
${INPUT}
alert_rule_test:
- {eval_time: 1m, alertname: P, exp_alerts: []}`),
  'expressions as expected': one(
    `${INPUT}
promql_expr_test:
- {expr: x, eval_time: 2m, exp_samples: [{labels: 'x{i="b"}', value: 2}, {labels: 'x{i="a"}', value: 1}]}
- {expr: ru, eval_time: 1m, exp_samples: [{labels: 'ru{i="a",kind="double",of="group"}', value: 2}, {labels: 'ru{i="b",kind="double",of="group"}', value: 2}]}
- {expr: after, eval_time: 1m, exp_samples: [{labels: after, value: 4}]}
- {expr: 'vector(1) / 0', eval_time: 0, exp_samples: [{labels: '{}', value: .inf}]}
- {expr: '5', eval_time: 0, exp_samples: [{value: 5}]}`,
    'group_eval_order: [g, second]\n',
  ),
  'expressions that differ': one(`${INPUT}
promql_expr_test:
- {expr: 'vector(NaN)', eval_time: 0, exp_samples: [{labels: '{}', value: .nan}]}
- {expr: x, eval_time: 2m, exp_samples: [{labels: 'x{i="a"}', value: 2}]}
- {expr: x, eval_time: 2m}
- {expr: y, eval_time: 1h30m, exp_samples: [{labels: 'x{i="b"}', value: 1e9}, {labels: 'x{i="a"}', value: -0.25}]}
- {expr: 'x(', eval_time: 2m}
- {expr: 'rate(x)', eval_time: 2m}
- {expr: x, eval_time: 2m, exp_samples: [{labels: 'x{', value: 1}]}
- {expr: '"text"', eval_time: 2m}
- {expr: 'x[5m]', eval_time: 2m}
- {expr: 'ALERTS{alertname="Q"}', eval_time: 1m}
- {expr: ALERTS_FOR_STATE, eval_time: 1m}`),
  histograms:
    one(`input_series: [{series: h, values: '{{schema:0 count:1 sum:2 buckets:[1]}} {{schema:0 count:3 sum:5 buckets:[1 2]}}'}]
promql_expr_test:
- {expr: h, eval_time: 0, exp_samples: [{labels: h, histogram: '{{schema:0 count:1 sum:2 buckets:[1]}}'}]}
- {expr: h, eval_time: 1m, exp_samples: [{labels: h, histogram: '{{schema:0 count:2 sum:2 buckets:[2]}}'}]}`),
  'a rule that fails': `rule_files: [broken.yml]\ntests:\n- input_series: [{series: 'x{i="a"}', values: 1 1}, {series: 'x{i="b"}', values: 1 1}]\n  alert_rule_test: [{eval_time: 1m, alertname: A}]\n`,
  'rules that can not be used': 'rule_files: [bad.yml]\ntests: [{interval: 1m}]\n',
  'an alert test without a name': one(`${INPUT}\nalert_rule_test: [{eval_time: 5m}]`),
  'the same in a named test': one(`name: t\n${INPUT}\nalert_rule_test: [{eval_time: 5m}]`),
  'order of groups': one(INPUT, 'group_eval_order: [second, g]\n'),
  'order with a name twice': one(INPUT, 'group_eval_order: [g, second, g]\n'),
  'another interval': one(
    `interval: 30s
${INPUT}
promql_expr_test: [{expr: x, eval_time: 70s, exp_samples: []}]`,
    'evaluation_interval: 20s\n',
  ),
  'a field that is not there': one(`${INPUT}\nfoo: 1`),
  'no number': one(`promql_expr_test: [{expr: x, eval_time: soon}]`),
};

const BROKEN = 'groups: [{name: g, rules: [{alert: A, expr: x, labels: {i: same}}]}]';
const BAD = 'groups: [{name: g, rules: [{alert: A, expr: "sum("}]}]';

describeWith('beside promtool', ['promtool'], ({ promtool }) => {
  for (const [name, text] of Object.entries(CASES)) {
    test(name, () => {
      const folder = temporaryFolder();
      const files: Record<string, string> = { 'rules.yml': RULES, 'broken.yml': BROKEN, 'bad.yml': BAD };
      for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
      const path = join(folder, 'test.yml');
      writeFileSync(path, text);
      const real = spawnSync(promtool, ['test', 'rules', path], { encoding: 'utf8' });
      const failures = testRules(text, (pattern) => [{ path: join(folder, pattern), text: files[pattern]! }]);
      expect(failures.join('\n')).toBe(real.stderr.replace(/^ {2}FAILED:\n/, '').trimEnd());
      expect(failures.length === 0).toBe(real.status === 0);
    });
  }
});
