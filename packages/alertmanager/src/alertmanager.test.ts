import { expect, test } from 'vitest';
import { parseConfig } from './config/config.ts';
import type { NotifyOutcome } from './delivery.ts';
import { AlertmanagerError } from './errors.ts';
import { configOf, Scenario, type ScenarioOptions, START_MS, settle } from './testing/scenario.ts';

const TIMES = 'group_wait: 10s, group_interval: 20s, repeat_interval: 1m';
const ONE = configOf(`{receiver: r, ${TIMES}}`);

/** `steps` are what happens at which second; `sent` is all that went out until the last of them. */
const check = (
  name: string,
  config: string,
  steps: readonly (readonly [second: number, act: (s: Scenario) => void])[],
  sent: readonly string[],
  options: ScenarioOptions = {},
) =>
  test(name, async () => {
    const scenario = new Scenario(config, options);
    for (const [second, act] of steps) {
      await scenario.until(second);
      act(scenario);
    }
    await settle();
    expect(scenario.sent).toEqual(sent);
    scenario.am.stop();
  });

const fire = (names: string, since?: number) => (s: Scenario) => s.fire(names, since);
const resolve = (names: string) => (s: Scenario) => s.resolve(names);
const end = () => {};

check(
  'the first message waits',
  ONE,
  [
    [0, fire('x')],
    [9, end],
  ],
  [],
);
check(
  'and comes with all that gathered',
  ONE,
  [
    [0, fire('x')],
    [5, fire('a')],
    [10, end],
  ],
  ['10 r: +a +x'],
);
check('more comes with the next flush', ONE, [[0, fire('x')], [11, fire('y')], [30, end]], ['10 r: +x', '30 r: +x +y']); // biome-ignore format: one line, one case
check(
  'one that resolves',
  ONE,
  [
    [0, fire('x')],
    [15, resolve('x')],
    [200, end],
  ],
  ['10 r: +x', '30 r: -x'],
);
check(
  'repeats come at flushes',
  ONE,
  [
    [0, fire('x')],
    [170, end],
  ],
  ['10 r: +x', '90 r: +x', '170 r: +x'],
);
check('an alert that began long ago goes out at once', ONE, [[100, fire('x', 50)], [100, end], [101, end]], ['100 r: +x']); // biome-ignore format: one line, one case
check('but only before the first flush', ONE, [[100, fire('x')], [111, fire('y', 0)], [129, end]], ['110 r: +x']); // biome-ignore format: one line, one case
check(
  'one that never was told of ends in silence',
  ONE,
  [
    [0, fire('x')],
    [5, resolve('x')],
    [99, end],
  ],
  [],
);
check('fired and resolved between two flushes', ONE, [[0, fire('x')], [12, fire('y')], [15, resolve('y')], [30, end]], ['10 r: +x', '30 r: +x -y']); // biome-ignore format: one line, one case
check('a new episode', ONE, [[0, fire('x')], [15, resolve('x')], [35, fire('x')], [60, end]], ['10 r: +x', '30 r: -x', '50 r: +x']); // biome-ignore format: one line, one case
check('a group that ended waits anew', ONE, [[0, fire('x')], [15, resolve('x')], [95, fire('x')], [105, end]], ['10 r: +x', '30 r: -x', '105 r: +x']); // biome-ignore format: one line, one case
check('by job, instance, labels', ONE, [[0, fire('x z,job=b a,job=c,q=1 d,job=b,instance=1')], [10, end]], ['10 r: +d +z +a +x']); // biome-ignore format: one line, one case

const SPLIT = configOf(`{receiver: r, group_by: [zone], ${TIMES}}`);
check('groups by label', SPLIT, [[0, fire('x,zone=1 y,zone=2 z')], [10, end]], ['10 r: +x', '10 r: +y', '10 r: +z']); // biome-ignore format: one line, one case
const FORK = configOf(`{receiver: r, ${TIMES}, routes: [{receiver: a, matchers: [zone=1], continue: true}, {receiver: b, matchers: [zone=~"1|2"]}]}`); // biome-ignore format: one line, one case
check('two routes', FORK, [[0, fire('x,zone=1 y,zone=2 z')], [10, end]], ['10 a: +x', '10 b: +x +y', '10 r: +z']); // biome-ignore format: one line, one case
const QUIET = configOf(`{receiver: q, ${TIMES}}`);
check('resolved ones are left out for who does not want them', QUIET, [[0, fire('x y')], [15, resolve('x')], [91, end]], ['10 q: +x +y', '90 q: +y']); // biome-ignore format: one line, one case
check('and a later firing is news again', QUIET, [[0, fire('x')], [15, resolve('x')], [35, fire('x')], [60, end]], ['10 q: +x', '50 q: +x']); // biome-ignore format: one line, one case

const silence = (seconds: number) => (s: Scenario) => s.silence({ alertname: 'x' }, seconds);
check(
  'a silence',
  ONE,
  [
    [0, fire('x y')],
    [5, silence(1000)],
    [40, end],
  ],
  ['10 r: +y'],
);
check(
  'that ends',
  ONE,
  [
    [0, fire('x y')],
    [5, silence(20)],
    [40, end],
  ],
  ['10 r: +y', '30 r: +x +y'],
);
check('resolved while silenced is never told', ONE, [[0, fire('x')], [12, silence(50)], [15, resolve('x')], [200, end]], ['10 r: +x']); // biome-ignore format: one line, one case

const OVER = configOf(`{receiver: r, ${TIMES}}`, 'inhibit_rules: [{source_matchers: [alertname=top], target_matchers: [alertname=x], equal: [zone]}]'); // biome-ignore format: one line, one case
check(
  'inhibited',
  OVER,
  [
    [0, fire('top x')],
    [10, end],
  ],
  ['10 r: +top'],
);
check('until the source resolves', OVER, [[0, fire('top x')], [15, resolve('top')], [30, end]], ['10 r: +top', '30 r: -top +x']); // biome-ignore format: one line, one case
check('a silenced source inhibits', OVER, [[0, fire('top x')], [1, (s) => s.silence({ alertname: 'top' }, 99)], [40, end]], []); // biome-ignore format: one line, one case

const NIGHT = "time_intervals: [{name: first, time_intervals: [{times: [{start_time: '00:00', end_time: '00:01'}]}]}]"; // biome-ignore format: one line
const MUTED = configOf(`{receiver: r, ${TIMES}, routes: [{matchers: [zone=1], mute_time_intervals: [first]}]}`, NIGHT); // biome-ignore format: one line, one case
check(
  'muted by time',
  MUTED,
  [
    [0, fire('x,zone=1 y')],
    [80, end],
  ],
  ['10 r: +y', '70 r: +x'],
);
const ACTIVE = MUTED.replace('mute_time', 'active_time');
check(
  'active by time',
  ACTIVE,
  [
    [0, fire('x,zone=1')],
    [55, fire('y,zone=1')],
    [180, end],
  ],
  ['10 r: +x'],
);

const failing = (outcomes: readonly NotifyOutcome[]): ScenarioOptions => {
  const left = [...outcomes];
  return { notify: async () => left.shift() ?? { ok: true } };
};
const retry: NotifyOutcome = { ok: false, retry: true, reason: '503' };
const final: NotifyOutcome = { ok: false, retry: false, reason: '403' };

check('a failure that does not pass waits for the next flush', ONE, [[0, fire('x')], [60, end]], ['10 r: +x', '30 r: +x'], failing([final])); // biome-ignore format: one line, one case
check('a failed resolved message is tried again', ONE, [[0, fire('x')], [15, resolve('x')], [60, end]], ['10 r: +x', '30 r: -x', '50 r: -x'], failing([{ ok: true }, final])); // biome-ignore format: one line, one case

test('a failure that may pass is tried again with growing pauses', async () => {
  const scenario = new Scenario(ONE, failing([retry, retry, retry]));
  scenario.fire('x');
  await scenario.until(10);
  await scenario.until(29, 0.05);
  expect(scenario.sent).toHaveLength(4);
  const [first, second, third, fourth] = scenario.sent.map(Number.parseFloat) as [
    number,
    number,
    number,
    number,
  ];
  expect(second - first).toBeGreaterThanOrEqual(0.25);
  expect(second - first).toBeLessThanOrEqual(0.8);
  expect(third - second).toBeLessThanOrEqual(1.2);
  expect(fourth - third).toBeLessThanOrEqual(1.8);
  expect(scenario.flushes[0]!.deliveries).toMatchObject([{ ok: true, attempts: 4, why: 'first' }]);
});

test('retries end with the time of the flush, also when nobody answers', async () => {
  const signals: AbortSignal[] = [];
  const scenario = new Scenario(ONE, {
    notify: (_, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  scenario.fire('x');
  await scenario.until(29);
  expect(scenario.sent).toEqual(['10 r: +x']);
  expect(signals[0]!.aborted).toBe(false);
  await scenario.until(31);
  expect(signals[0]!.aborted).toBe(true);
  expect(scenario.flushes[0]!.deliveries[0]).toMatchObject({ ok: false, attempts: 1 });
  expect(scenario.sent).toEqual(['10 r: +x', '30 r: +x']);
});

test('a rejection is a failure that is not tried again', async () => {
  const scenario = new Scenario(ONE, { notify: async () => Promise.reject(new Error('no route to host')) });
  scenario.fire('x');
  await scenario.until(12);
  expect(scenario.flushes[0]!.deliveries[0]).toMatchObject({
    ok: false,
    attempts: 1,
    reason: 'no route to host',
  });
});

test('good alerts of a batch are stored, bad ones are told', () => {
  const { am } = new Scenario(ONE);
  const alert = { annotations: {}, generatorUrl: '', startsAtMs: null, endsAtMs: null };
  const post = () => am.post([{ ...alert, labels: {} }, { ...alert, labels: { a: 'b' } }, { ...alert, labels: { '0': 'b' } }]); // biome-ignore format: one line
  expect(post).toThrow(
    new AlertmanagerError(400, 'at least one label pair required; invalid label set: invalid name "0"'),
  );
  expect(am.alerts().map((view) => [...view.alert.labels])).toEqual([[['a', 'b']]]);
});

test('an alert without an end resolves after the resolve timeout', async () => {
  const scenario = new Scenario(`global: {resolve_timeout: 40s}\n${ONE}`);
  const posted = { labels: { alertname: 'x' }, annotations: {}, generatorUrl: '' };
  scenario.am.post([{ ...posted, startsAtMs: null, endsAtMs: null }]);
  await scenario.until(90);
  expect(scenario.sent).toEqual(['10 r: +x', '50 r: -x']);
});

test('quotas: alerts and groups over them are left out, and ended alerts make room', async () => {
  const scenario = new Scenario(SPLIT, { limits: { alerts: 2, groups: 1 } });
  scenario.fire('x,zone=1 y,zone=2 z,zone=1');
  expect(scenario.refused).toEqual([
    'too many aggregation groups, limit: 1',
    'too many alerts, limit: 2, alert name: z',
  ]);
  await scenario.until(10);
  expect(scenario.sent).toEqual(['10 r: +x']);
  scenario.resolve('y,zone=2');
  await scenario.until(11);
  scenario.fire('z,zone=1');
  expect(scenario.am.alerts()).toHaveLength(2);
});

test('the quota of bytes', () => {
  const scenario = new Scenario(ONE, { limits: { alertsBytes: 12 } });
  scenario.fire('xyz');
  scenario.fire('xyz');
  scenario.fire('y');
  expect(scenario.refused).toEqual(['alerts too big, total size limit: 12 bytes']);
});

test('a restart repeats nothing and forgets nothing', async () => {
  const before = new Scenario(ONE);
  before.fire('x y z');
  before.silence({ alertname: 'z' }, 10_000);
  await before.until(12);
  before.resolve('y');
  const state = JSON.parse(JSON.stringify(before.am.snapshot()));
  before.am.stop();
  const after = new Scenario(ONE, { restore: state, clock: before.clock });
  await after.until(60);
  expect(before.sent).toEqual(['10 r: +x +y']);
  expect(after.sent).toEqual(['12 r: +x -y']);
  expect(after.am.snapshot().silences).toEqual(state.silences);
});

test('a new configuration keeps alerts and what was said', async () => {
  const scenario = new Scenario(ONE);
  scenario.fire('x');
  await scenario.until(12);
  scenario.am.applyConfig(parseConfig(ONE));
  await scenario.until(60);
  expect(scenario.sent).toEqual(['10 r: +x']);
  scenario.am.applyConfig(parseConfig(configOf(`{receiver: a, ${TIMES}}`)));
  await scenario.until(62);
  expect(scenario.sent).toEqual(['10 r: +x', '60 a: +x']);
});

test('what the API shows', async () => {
  const scenario = new Scenario(OVER);
  scenario.fire('top x y');
  const id = scenario.silence({ alertname: 'y' }, 60);
  await scenario.until(1);
  const views = scenario.am.alerts();
  const top = views.find(({ alert }) => alert.labels.get('alertname') === 'top')!.alert.fingerprint;
  const shown = views.map((view) => [view.alert.labels.get('alertname'), view.silencedBy, view.inhibitedBy]);
  expect(shown.sort()).toEqual([
    ['top', [], []],
    ['x', [], [top]],
    ['y', [id], []],
  ]);
  expect(views.map(({ receivers }) => receivers)).toEqual([['r'], ['r'], ['r']]);
  const fingerprints = views.map(({ alert }) => alert.fingerprint);
  expect(fingerprints).toEqual([...fingerprints].sort());
  expect(scenario.am.groups().map(({ key, alerts }) => [key, alerts.length])).toEqual([['{}:{}', 3]]);
});

test('groups in order, without those that have ended', async () => {
  const scenario = new Scenario(
    configOf(
      `{receiver: r, ${TIMES}, group_by: [zone], routes: [{receiver: b, continue: true}, {receiver: a}]}`,
    ),
  );
  scenario.fire('x,zone=2 z,zone=1 y,zone=1 w q,zone=3');
  scenario.resolve('q,zone=3');
  const shown = scenario.am.groups().map(({ key, receiver, alerts }) => {
    return [key, receiver, alerts.map(({ labels }) => labels.get('alertname')).join(' ')];
  });
  expect(shown).toEqual([
    ['{}/{}:{}', 'a', 'w'],
    ['{}/{}:{}', 'b', 'w'],
    ['{}/{}:{zone="1"}', 'a', 'y z'],
    ['{}/{}:{zone="1"}', 'b', 'y z'],
    ['{}/{}:{zone="2"}', 'a', 'x'],
    ['{}/{}:{zone="2"}', 'b', 'x'],
  ]);
});

test('the record of a flush says who muted what', async () => {
  const scenario = new Scenario(ONE);
  scenario.fire('x');
  const id = scenario.silence({ alertname: 'x' }, 60);
  await scenario.until(10);
  const { fingerprint } = scenario.am.alerts()[0]!.alert;
  expect(scenario.flushes).toEqual([
    {
      atMs: START_MS + 10_000,
      receiver: 'r',
      groupKey: '{}:{}',
      muted: [{ fingerprint, by: [id] }],
      mutedByTime: false,
      deliveries: [],
    },
  ]);
});
