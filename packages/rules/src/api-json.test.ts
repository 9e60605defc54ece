import { formatExponent, formatTime } from '@ampere/go-text';
import { FakeClock } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { alertsJson, groupJson } from './api-json.ts';
import { EvaluatedGroup } from './group.ts';
import { parseRuleFile, type Rule } from './rule-file.ts';
import { DEFAULT_RULE_OPTIONS } from './rule-host.ts';
import { FakeHost, vector } from './testing/fake-host.ts';

const exponent = (value: number, text: string) =>
  test(`${text} as an exponent`, () => expect(formatExponent(value)).toBe(text));
exponent(1, '1e+00');
exponent(1234.5678, '1.2345678e+03');
exponent(-1e-7, '-1e-07');
exponent(1e300, '1e+300');
exponent(0, '0e+00');
exponent(-0, '-0e+00');
exponent(Number.NaN, 'NaN');
exponent(Number.NEGATIVE_INFINITY, '-Inf');

const time = (timeMs: number | undefined, text: string) =>
  test(text, () => expect(formatTime(timeMs)).toBe(text));
time(undefined, '0001-01-01T00:00:00Z');
time(1_700_000_000_000, '2023-11-14T22:13:20Z');
time(1_700_000_000_120, '2023-11-14T22:13:20.12Z');

const TEXT = `groups:
- name: g
  interval: 2m
  limit: 3
  rules:
  - {record: r, expr: sum  (x)}
  - alert: Q
    expr: x>0
    for: 90s
    labels: {sev: page, a: b}
    annotations: {s: 'at {{ $value }}'}
- {name: empty}
`;

const shown = (group: EvaluatedGroup) => groupJson(group, { takes: () => true, withoutAlerts: false });

function evaluated() {
  const host = new FakeHost();
  const clock = new FakeClock(0);
  const options = { ...DEFAULT_RULE_OPTIONS, externalUrl: '', externalLabels: Labels.EMPTY };
  const groups = parseRuleFile(TEXT).map(
    (group) => new EvaluatedGroup(group, { file: 'f', host, clock, options }),
  );
  return { host, groups };
}

const RECORDING = {
  name: 'r',
  query: 'sum(x)',
  health: 'unknown',
  evaluationTime: 0,
  lastEvaluation: '0001-01-01T00:00:00Z',
  type: 'recording',
};

test('groups before their first round', () => {
  const { groups } = evaluated();
  expect(JSON.parse(JSON.stringify(shown(groups[0]!)))).toEqual({
    name: 'g',
    file: 'f',
    rules: [
      RECORDING,
      {
        state: 'inactive',
        name: 'Q',
        query: 'x > 0',
        duration: 90,
        keepFiringFor: 0,
        labels: { a: 'b', sev: 'page' },
        annotations: { s: 'at {{ $value }}' },
        alerts: [],
        health: 'unknown',
        evaluationTime: 0,
        lastEvaluation: '0001-01-01T00:00:00Z',
        type: 'alerting',
      },
    ],
    interval: 120,
    limit: 3,
    evaluationTime: 0,
    lastEvaluation: '0001-01-01T00:00:00Z',
  });
  expect(shown(groups[1]!)).toBeUndefined();
});

test('some rules of a group', () => {
  const { groups } = evaluated();
  const namesOf = (takes: (rule: Rule) => boolean) =>
    groups.map((group) => groupJson(group, { takes, withoutAlerts: false })?.rules.map(({ name }) => name));
  expect(namesOf((rule) => rule.kind === 'recording')).toEqual([['r'], undefined]);
  expect(namesOf((rule) => rule.name === 'Q')).toEqual([['Q'], undefined]);
  expect(namesOf(() => false)).toEqual([undefined, undefined]);
});

test('without alerts', () => {
  const { groups } = evaluated();
  const group = groupJson(groups[0]!, { takes: ({ name }) => name === 'Q', withoutAlerts: true });
  expect(group?.rules[0]).toMatchObject({ alerts: null });
});

test('alerts and errors after a round', () => {
  const { host, groups } = evaluated();
  host.results.set('x > 0', vector([{ __name__: 'x', ['__proto__']: 'p' }, 1234.5]));
  host.results.set('sum(x)', 'broken');
  groups[0]!.evaluate(1_700_000_040_000);
  expect(shown(groups[0]!)?.rules[0]).toEqual({
    ...RECORDING,
    health: 'err',
    lastError: 'broken',
    lastEvaluation: '2023-11-14T22:14:00Z',
  });
  expect(JSON.stringify(alertsJson(groups))).toBe(
    '{"alerts":[{"labels":{"__proto__":"p","a":"b","alertname":"Q","sev":"page"},' +
      '"annotations":{"s":"at 1234.5"},"state":"pending","activeAt":"2023-11-14T22:14:00Z","value":"1.2345e+03"}]}',
  );
});
