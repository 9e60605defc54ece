import { FakeClock } from '@ampere/platform';
import { expect, test } from 'vitest';
import { RoundQueue } from './round-queue.ts';

/** A round whose steps take so many milliseconds and say their names. */
function* steps(
  clock: FakeClock,
  seen: string[],
  name: string,
  count: number,
  stepMs: number,
): Generator<void, void> {
  for (let step = 1; step <= count; step++) {
    seen.push(`${name}${step}`);
    clock.advance(stepMs);
    yield;
  }
}

function setUp() {
  const clock = new FakeClock();
  const queue = new RoundQueue(clock);
  const seen: string[] = [];
  const add = (name: string, count: number, stepMs: number) =>
    queue.add(steps(clock, seen, name, count, stepMs), (error) => seen.push(error === undefined ? `${name} ended` : `${name} ${error}`)); // biome-ignore format: short
  return { clock, queue, seen, add };
}

test('rounds take turns, rule by rule', () => {
  const { clock, seen, add } = setUp();
  add('a', 2, 0);
  add('b', 3, 0);
  expect(seen).toEqual([]);
  clock.advance(0);
  expect(seen).toEqual(['a1', 'b1', 'a2', 'b2', 'a ended', 'b3', 'b ended']);
});

test('a slice ends with its time, and other work comes before the next', () => {
  const { clock, seen, queue } = setUp();
  const work = function* (): Generator<void, void> {
    for (let step = 1; step <= 4; step++) {
      seen.push(`rule ${step}`);
      // Each rule lasts as long as a slice; a request comes in during the first.
      if (step === 1) clock.after(0, () => seen.push('request'));
      busyMs += 5;
      yield;
    }
  };
  let busyMs = 0;
  clock.monotonicMs = () => busyMs;
  queue.add(work(), () => seen.push('ended'));
  clock.advance(0);
  expect(seen.slice(0, 3)).toEqual(['rule 1', 'request', 'rule 2']);
  expect(seen.at(-1)).toBe('ended');
});

test('a step that throws ends its round alone', () => {
  const { clock, seen, queue, add } = setUp();
  const broken = function* (): Generator<void, void> {
    yield;
    throw new Error('a bug');
  };
  queue.add(broken(), (error) => seen.push(String(error)));
  add('a', 2, 0);
  clock.advance(0);
  expect(seen).toEqual(['a1', 'Error: a bug', 'a2', 'a ended']);
});

test('a round that was told to return ends without another step', () => {
  const { clock, seen, queue } = setUp();
  const round = steps(clock, seen, 'a', 3, 0);
  queue.add(round, () => seen.push('ended'));
  round.return();
  clock.advance(0);
  expect(seen).toEqual(['ended']);
  expect(queue.length).toBe(0);
});
