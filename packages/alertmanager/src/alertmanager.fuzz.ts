// Random alerts, silences, failures and restarts, and what must hold whatever happens. The seed is
// printed on failure; AMPERE_SEED repeats it, AMPERE_TEST_LONG=1 tries many.

import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { Notification, NotifyOutcome } from './delivery.ts';
import { configOf, Scenario, settle } from './testing/scenario.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 1);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 500 : 12;

const GROUP_INTERVAL_SECONDS = 20;
const REPEAT_SECONDS = 60;

interface Message {
  readonly second: number;
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

function namesOf({ alerts }: Notification, resolved: boolean): string[] {
  const chosen = alerts.filter((each) => each.resolved === resolved);
  return chosen.map(({ alert }) => alert.fingerprint);
}

const isSubset = (part: readonly string[], whole: readonly string[]) => part.every((x) => whole.includes(x));

function randomConfig(random: SeededRandom): string {
  const pick = (options: readonly string[]) => options[random.integer(options.length)]!;
  const group = () => pick(['[zone]', '[alertname]', "['...']", '[none]']);
  const child = (receiver: string) =>
    `{receiver: ${receiver}, matchers: [zone=~"${pick(['1', '1|2', '.*'])}"], continue: ${pick(['true', 'false'])}, group_by: ${group()}}`;
  const times = `group_wait: ${pick(['0s', '5s', '15s'])}, group_interval: ${GROUP_INTERVAL_SECONDS}s, repeat_interval: ${REPEAT_SECONDS}s`;
  return configOf(
    `{receiver: r, group_by: ${group()}, ${times}, routes: [${child('a')}, ${child('b')}, ${child('q')}]}`,
    'inhibit_rules: [{source_matchers: [alertname=n0], target_matchers: [alertname=n1], equal: [zone]}]',
  );
}

/** One life of an alert manager; returns how many messages were received. */
async function live(random: SeededRandom): Promise<number> {
  const received = new Map<string, Message[]>();
  const config = randomConfig(random);
  let failurePercent = 30;
  let current: Scenario;

  // What is thrown while notifying counts as a failed attempt, so it is kept and thrown in the end.
  const faults: unknown[] = [];
  const notify = async (message: Notification): Promise<NotifyOutcome> => {
    try {
      return receive(message);
    } catch (error) {
      faults.push(error);
      throw error;
    }
  };
  const receive = (message: Notification): NotifyOutcome => {
    const { am } = current;
    expect(message.alerts.length).toBeGreaterThan(0);
    for (const { alert } of message.alerts) {
      const silences = am.silences.mutedBy(alert.labels, message.nowMs);
      // One that was made at the same moment may have come after the flush.
      expect(silences.filter((id) => am.silences.get(id)!.startsAtMs < message.nowMs)).toEqual([]);
    }
    if (random.integer(100) < failurePercent)
      return { ok: false, retry: random.integer(2) === 0, reason: 'x' };
    const key = `${message.receiver} ${message.groupKey}`;
    const earlier = received.get(key) ?? [];
    const next = {
      second: current.second,
      firing: namesOf(message, false),
      resolved: namesOf(message, true),
    };
    const last = earlier.at(-1);
    const wantsResolved = message.integration.config.sendResolved;
    if (!wantsResolved) expect(next.resolved).toEqual([]);
    if (next.firing.length === 0) expect(last?.firing.length).toBeGreaterThan(0);
    const isNews =
      last === undefined ||
      !isSubset(next.firing, last.firing) ||
      next.firing.length === 0 ||
      !isSubset(next.resolved, last.resolved);
    // Who doesn't hear of resolved alerts can't see that one ended and fired again.
    if (!isNews && wantsResolved) expect(next.second - last.second).toBeGreaterThan(REPEAT_SECONDS - 1);
    received.set(key, [...earlier, next]);
    return { ok: true };
  };

  current = new Scenario(config, { notify });
  const act = () => {
    const name = `n${random.integer(4)},zone=${random.integer(3)}`;
    const choice = random.integer(20);
    if (choice < 9) current.fire(name, current.second - random.integer(30));
    else if (choice < 16) current.resolve(name);
    else if (choice < 18) current.silence({ alertname: `n${random.integer(4)}` }, 1 + random.integer(90));
    else if (choice < 19) current.am.applyConfig(current.config);
    else {
      const state = JSON.parse(JSON.stringify(current.am.snapshot()));
      current.am.stop();
      current = new Scenario(config, { notify, restore: state, clock: current.clock });
      expect(JSON.parse(JSON.stringify(current.am.snapshot()))).toEqual(state);
    }
  };
  for (let i = 0; i < 60; i++) {
    act();
    await current.until(current.second + random.integer(15));
    if (faults.length > 0) throw faults[0];
  }

  // When everything works again and no silence is left, each alert that fires is in the last message of
  // each receiver that it goes to, and nothing else is said to fire.
  failurePercent = 0;
  await current.until(current.second + 90 + 3 * GROUP_INTERVAL_SECONDS + REPEAT_SECONDS);
  const views = current.am.alerts().filter(({ inhibitedBy }) => inhibitedBy.length === 0);
  for (const { alert, receivers } of views) {
    for (const receiver of receivers) {
      const told = [...received].some(
        ([key, messages]) =>
          key.startsWith(`${receiver} `) && messages.at(-1)!.firing.includes(alert.fingerprint),
      );
      expect(told, `${receiver} never heard of ${[...alert.labels]}`).toBe(true);
    }
  }
  current.am.stop();
  await settle();
  if (faults.length > 0) throw faults[0];
  return [...received.values()].flat().length;
}

test(`messages are news, or repeats in time (seed ${seed}, ${rounds} rounds)`, async () => {
  let messages = 0;
  for (let round = 0; round < rounds; round++) {
    const roundSeed = seed * 1000 + round;
    try {
      messages += await live(new SeededRandom(roundSeed));
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}`, { cause: error });
    }
  }
  expect(messages).toBeGreaterThan(rounds);
});
