// Whatever the order of answers: the bounds hold, groups keep their order, and nothing is forgotten.
import { SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { DeliveryHead } from '../topics/model.ts';
import { DeliveryQueue } from './delivery-queue.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 20);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 5000 : 200;

test(`seeds from ${seed}`, () => {
  for (let round = 0; round < rounds; round++) play(seed + round);
});

function play(seedOfRound: number): void {
  const random = new SeededRandom(seedOfRound);
  const queue = new DeliveryQueue({ laneMax: 2, totalMax: 5 });
  const waiting = new Map<number, DeliveryHead>();
  const underWay: DeliveryHead[] = [];
  const done = new Map<string, number>();
  let nowMs = 0;
  for (let position = 1; position <= 40; position++) {
    const head = {
      position,
      subscriptionId: `s${random.integer(4)}`,
      groupId: random.integer(2) === 0 ? null : `g${random.integer(2)}`,
      attempts: 0,
      dueAtMs: random.integer(20),
    };
    waiting.set(position, head);
    queue.add([head]);
  }
  const context = `AMPERE_SEED=${seedOfRound}`;
  for (let step = 0; waiting.size > 0; step++) {
    expect(step, context).toBeLessThan(5000);
    for (const head of queue.take(nowMs)) {
      expect(head.dueAtMs, context).toBeLessThanOrEqual(nowMs);
      const key = `${head.subscriptionId} ${head.groupId}`;
      if (head.groupId !== null) expect(head.position, context).toBeGreaterThan(done.get(key) ?? 0);
      expect(
        underWay.some((one) => one.groupId !== null && `${one.subscriptionId} ${one.groupId}` === key),
        context,
      ).toBe(false);
      underWay.push(head);
    }
    expect(underWay.length, context).toBeLessThanOrEqual(5);
    if (underWay.length === 0 || random.integer(3) === 0) {
      const next = queue.nextDueMs(nowMs);
      // With nothing under way, whatever is due was taken, so that something must become due.
      if (underWay.length === 0) expect(next, context).toBeDefined();
      nowMs = next ?? nowMs;
      continue;
    }
    const [head] = underWay.splice(random.integer(underWay.length), 1);
    if (random.integer(3) === 0) {
      queue.settle(head!, { ...head!, attempts: head!.attempts + 1, dueAtMs: nowMs + 1 + random.integer(9) });
      continue;
    }
    queue.settle(head!, undefined);
    waiting.delete(head!.position);
    done.set(`${head!.subscriptionId} ${head!.groupId}`, head!.position);
    expect(queue.length, context).toBe(waiting.size);
  }
  expect([queue.length, queue.take(1e9), queue.nextDueMs(nowMs)]).toEqual([0, [], undefined]);
}
