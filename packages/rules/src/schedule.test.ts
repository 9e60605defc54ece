import { FakeClock } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { parseRuleFile } from './rule-file.ts';
import { DEFAULT_RULE_OPTIONS } from './rule-host.ts';
import { nextOnGrid, RuleSchedule } from './schedule.ts';
import { FakeHost, vector } from './testing/fake-host.ts';

const START_MS = 1_700_000_000_000;

function start(intervalMinMs = 60_000) {
  const clock = new FakeClock(START_MS);
  const host = new FakeHost();
  host.results.set('x', vector([{ i: 'a' }, 1]));
  const options = {
    ...DEFAULT_RULE_OPTIONS,
    intervalMinMs,
    externalUrl: '',
    externalLabels: Labels.EMPTY,
  };
  return { clock, host, schedule: new RuleSchedule({ clock, host, options }) };
}

const file = (...names: string[]) =>
  parseRuleFile(
    `groups:\n${names.map((name) => `- {name: ${name}, rules: [{record: r, expr: x, labels: {g: ${name}}}]}\n`).join('')}`,
  );
const secondsOf = (written: readonly string[]) =>
  written.map((line) => Number(line.split(' ')[0]) - START_MS / 1000);

const grid = (now: number, interval: number, offset: number, expected: number) =>
  test(`after ${now} on ${interval}+${offset}`, () =>
    expect(nextOnGrid(now, interval, offset)).toBe(expected));
grid(0, 60, 0, 60);
grid(59, 60, 0, 60);
grid(60, 60, 0, 120);
grid(5, 60, 20, 20);
grid(20, 60, 20, 80);

test('the first round comes within an interval, the others at the same distance', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a'));
  clock.advance(240_000);
  const seconds = secondsOf(host.written);
  expect(seconds).toHaveLength(4);
  expect(seconds[0]).toBeLessThanOrEqual(60);
  expect(seconds.map((second) => second - seconds[0]!)).toEqual([0, 60, 120, 180]);
});

test('groups have grids of their own, which outlive a restart', () => {
  const [first, again] = [start(), start()];
  first.schedule.setFile('f', file('a', 'b'));
  first.clock.advance(60_000);
  again.clock.advance(3_600_000);
  again.schedule.setFile('f', file('a', 'b'));
  again.clock.advance(60_000);
  expect(new Set(secondsOf(first.host.written)).size).toBe(2);
  const inInterval = (written: readonly string[]) => secondsOf(written).map((second) => second % 60);
  expect(inInterval(again.host.written)).toEqual(inInterval(first.host.written));
});

test('rounds whose time has passed are skipped and counted', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a'));
  clock.stepWall(600_000);
  clock.advance(60_000);
  expect(host.takeWritten()).toHaveLength(1);
  expect(schedule.groups[0]!.missedRounds).toBe(10);
  clock.advance(120_000);
  expect(host.written).toHaveLength(2);
});

test('a clock that is set back does not stop the rounds', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a'));
  clock.stepWall(-86_400_000);
  clock.advance(180_000);
  expect(host.written.length).toBeGreaterThanOrEqual(2);
});

test('series of a removed group end two intervals later, with the time of the removal', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a', 'b'));
  clock.advance(60_000);
  host.takeWritten();
  schedule.setFile('f', file('b'));
  clock.advance(119_999);
  expect(host.takeWritten().filter((line) => line.includes('stale'))).toEqual([]);
  clock.advance(1);
  expect(host.takeWritten().filter((line) => line.includes('stale'))).toEqual([
    `${START_MS / 1000 + 60} r{g=a,i=a} stale`,
  ]);
  expect(schedule.groups.map(({ group }) => group.name)).toEqual(['b']);
});

test('a removed group that comes back begins anew', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a'));
  clock.advance(60_000);
  host.takeWritten();
  schedule.setFile('f', []);
  schedule.setFile('f', file('a'));
  expect(host.takeWritten()).toEqual([`${START_MS / 1000 + 60} r{g=a,i=a} stale`]);
  clock.advance(300_000);
  expect(host.written.filter((line) => line.includes('stale'))).toEqual([]);
});

test('a stopped schedule does nothing more', () => {
  const { clock, host, schedule } = start();
  schedule.setFile('f', file('a'));
  schedule.stop();
  clock.advance(600_000);
  expect(host.written).toEqual([]);
});

test('an interval below the minimum is raised to it', () => {
  const { schedule } = start();
  schedule.setFile('f', parseRuleFile('groups: [{name: a, interval: 1s}, {name: b, interval: 5m}]'));
  expect(schedule.groups.map(({ intervalMs }) => intervalMs)).toEqual([60_000, 300_000]);
});

/** A schedule whose rounds are run by the test, a rule at a time. */
function startStepwise() {
  const clock = new FakeClock(START_MS);
  const host = new FakeHost();
  host.results.set('x', vector([{ i: 'a' }, 1]));
  const options = { ...DEFAULT_RULE_OPTIONS, externalUrl: '', externalLabels: Labels.EMPTY };
  const rounds: { round: Generator<void, void>; ended: () => void }[] = [];
  const schedule = new RuleSchedule({
    clock,
    host,
    options,
    runRound: (round, ended) => rounds.push({ round, ended }),
  });
  return { clock, host, schedule, rounds };
}

const TWO_RULES = 'groups: [{name: a, rules: [{record: r, expr: x}, {record: s, expr: x}]}]';

test('no round of a group begins while one goes on; those in between are missed', () => {
  const { clock, schedule, rounds } = startStepwise();
  schedule.setFile('f', parseRuleFile(TWO_RULES));
  clock.advance(60_000);
  expect(rounds).toHaveLength(1);
  rounds[0]!.round.next();
  clock.advance(150_000);
  expect(rounds).toHaveLength(1);
  for (const _ of rounds[0]!.round);
  rounds[0]!.ended();
  clock.advance(0);
  expect(rounds).toHaveLength(2);
  expect([1, 2]).toContain(schedule.groups[0]!.missedRounds);
});

test('a round that goes on when the file is replaced is given up and counts as missed', () => {
  const { clock, host, schedule, rounds } = startStepwise();
  schedule.setFile('f', parseRuleFile(TWO_RULES));
  clock.advance(60_000);
  rounds[0]!.round.next();
  schedule.setFile('f', parseRuleFile(TWO_RULES));
  expect(rounds[0]!.round.next().done).toBe(true);
  rounds[0]!.ended();
  expect(host.written.map((line) => line.split(' ')[1])).toEqual(['r{i=a}']);
  expect(schedule.groups[0]!.missedRounds).toBe(1);
  clock.advance(60_000);
  expect(rounds).toHaveLength(2);
});

test('a stopped schedule ends the round that goes on', () => {
  const { clock, schedule, rounds } = startStepwise();
  schedule.setFile('f', parseRuleFile(TWO_RULES));
  clock.advance(60_000);
  rounds[0]!.round.next();
  schedule.stop();
  expect(rounds[0]!.round.next().done).toBe(true);
  rounds[0]!.ended();
  clock.advance(600_000);
  expect(rounds).toHaveLength(1);
});
