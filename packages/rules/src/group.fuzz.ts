// Random rules over random series: what we write and which alerts we hold is handed to the real promtool as
// the expectations of a unit test of the same rules.
//
// 1. Each series has a value or is gone at each minute. Rules record it, or alert on it.
// 2. Our group is evaluated at each minute; the samples it writes (ALERTS, ALERTS_FOR_STATE, recorded
//    series) and its firing alerts are kept.
// 3. promtool evaluates the rules itself and compares. A series that we leave open or end too early shows
//    as a sample too many or too few, because its queries look back five minutes.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock, SeededRandom } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { describeWith, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { AlertingRun } from './alerting.ts';
import { EvaluatedGroup } from './group.ts';
import { parseRuleFile } from './rule-file.ts';
import { DEFAULT_RULE_OPTIONS } from './rule-host.ts';
import { FakeHost, vector } from './testing/fake-host.ts';

const MINUTES = 20;
const MINUTE_MS = 60_000;
const SERIES = ['a', 'b', 'c'];
const ALERTS = ['P', 'Q'];
const CASES_PER_ROUND = 15;

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.integer(items.length)]!;
}

/** Values by minute; null where the series is gone. Runs of equal values, so that `for` is reached. */
function timeline(random: SeededRandom): (number | null)[] {
  const values: (number | null)[] = [];
  while (values.length < MINUTES) {
    const value = pick(random, [0, 1, 1, 2.5, null]);
    for (let left = 1 + random.integer(5); left > 0; left--) values.push(value);
  }
  return values.slice(0, MINUTES);
}

function alertRule(random: SeededRandom, alert: string) {
  const labels = pick(random, [{}, { sev: 'page' }, { v: '{{ $value }}' }, { i: 'x{{ $labels.i }}', n: '' }]);
  const annotations = { s: pick(random, ['plain', '{{ $labels.i }} at {{ $value | humanize }}', '']) };
  return {
    alert,
    expr: 'x > 0',
    for: pick(random, ['0s', '1m', '2m', '90s', '5m']),
    keep_firing_for: pick(random, ['0s', '0s', '1m', '3m']),
    labels,
    annotations,
  };
}

interface Case {
  rules: string;
  unitTest: object;
}

function makeCase(random: SeededRandom, rulesPath: string): Case {
  const lines = SERIES.map(() => timeline(random));
  const labels = pick(random, [{}, { team: 't' }]);
  const rules = JSON.stringify({
    groups: [
      {
        name: 'g',
        rules: [{ record: 'r', expr: 'x', labels }, ...ALERTS.map((name) => alertRule(random, name))],
      },
    ],
  });
  const expectations = evaluate(rules, lines);
  const inputs = SERIES.map((i, at) => ({
    series: `x{i="${i}"}`,
    values: lines[at]!.map((value) => value ?? 'stale').join(' '),
  }));
  const unitTest = {
    rule_files: [rulesPath],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series: inputs, ...expectations }],
  };
  return { rules, unitTest };
}

function evaluate(rules: string, lines: readonly (readonly (number | null)[])[]) {
  const host = new FakeHost();
  const options = { ...DEFAULT_RULE_OPTIONS, externalUrl: '', externalLabels: Labels.EMPTY };
  const [group] = parseRuleFile(rules);
  const run = new EvaluatedGroup(group!, { file: 'f', host, clock: new FakeClock(0), options });
  const alertTests: object[] = [];
  const exprTests: object[] = [];
  const last = new Map<string, number>();
  for (let minute = 0; minute < MINUTES; minute++) {
    const now = SERIES.map((i, at) => [{ __name__: 'x', i }, lines[at]![minute]!] as const);
    const there = now.filter(([, value]) => value !== null);
    host.results.set('x', vector(...there));
    host.results.set('x > 0', vector(...there.filter(([, value]) => value > 0)));
    run.evaluate(minute * MINUTE_MS);
    follow(last, host.takeWritten());
    for (const name of ['ALERTS', 'ALERTS_FOR_STATE', 'r']) {
      exprTests.push({ expr: name, eval_time: `${minute}m`, exp_samples: samplesOf(last, name) });
    }
    for (const status of run.rules) {
      if (!(status.run instanceof AlertingRun)) continue;
      const firing = status.run.activeAlerts.filter((alert) => alert.state === 'firing');
      const alerts = firing.map((alert) => ({
        exp_labels: Object.fromEntries([...alert.labels].filter(([name]) => name !== 'alertname')),
        exp_annotations: Object.fromEntries(alert.annotations),
      }));
      alertTests.push({ eval_time: `${minute}m`, alertname: status.run.rule.name, exp_alerts: alerts });
    }
  }
  return { alert_rule_test: alertTests, promql_expr_test: exprTests };
}

/** Brings the last values up to date; a series is out only when its stale marker was written. */
function follow(last: Map<string, number>, written: readonly string[]): void {
  for (const line of written) {
    const [, series, value] = line.split(' ') as [string, string, string];
    if (value === 'stale') last.delete(series);
    else last.set(series, Number(value));
  }
}

function samplesOf(last: ReadonlyMap<string, number>, name: string) {
  const series = [...last].filter(([labels]) => labels.startsWith(`${name}{`));
  return series.map(([labels, value]) => ({ labels: labels.replace(/=([^,}]*)/g, '="$1"'), value }));
}

const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 50 : 2;
const seed = Number(process.env['AMPERE_SEED'] ?? 1);

describeWith('beside promtool', ['promtool'], ({ promtool }) =>
  test('random rules do what promtool expects of them', () => {
    for (let round = 0; round < rounds; round++) {
      const random = new SeededRandom(seed + round);
      const folder = temporaryFolder();
      const paths = Array.from({ length: CASES_PER_ROUND }, (_, i) => {
        const one = makeCase(random, `${i}.rules.json`);
        writeFileSync(join(folder, `${i}.rules.json`), one.rules);
        writeFileSync(join(folder, `${i}.test.json`), JSON.stringify(one.unitTest));
        return join(folder, `${i}.test.json`);
      });
      const run = spawnSync(promtool, ['test', 'rules', ...paths], { encoding: 'utf8' });
      if (run.error !== undefined) throw run.error;
      expect(run.status, `seed ${seed + round}:\n${run.stdout}${run.stderr}`.slice(0, 5_000)).toBe(0);
      expect(run.stdout.split('SUCCESS').length - 1).toBe(CASES_PER_ROUND);
    }
  }),
);
