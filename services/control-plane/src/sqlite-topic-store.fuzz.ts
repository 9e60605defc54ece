// Embedded topics in SQLite against the store in memory: the same after every step, and after a restart.

import { join } from 'node:path';
import { FakeClock, SeededRandom } from '@ampere/platform';
import type { Subscription, TopicStore } from '@ampere/sns';
import { MemoryTopicStore } from '@ampere/sns/testing';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { Settings } from './settings.ts';
import { SqliteTopicStore } from './sqlite-topic-store.ts';
import { Store } from './store.ts';

const seed = Number(process.env['AMPERE_SEED'] ?? 7);
const rounds = process.env['AMPERE_TEST_LONG'] === '1' ? 200 : 6;
const TOPICS = ['a', 'b', 'c.fifo'];
const IDS = ['s1', 's2', 's3', 's4'];

function open(path: string): { store: Store; topics: TopicStore } {
  const store = new Store({ path, clock: new FakeClock() });
  return { store, topics: new SqliteTopicStore(store, new Settings(store)) };
}

function stateOf(store: TopicStore): unknown {
  return {
    topics: store.topics('', 100),
    page: store.topics('a', 1),
    count: store.countTopics(),
    subscriptions: store.subscriptions(undefined, '', 100),
    ofA: store.subscriptions('a', 's1', 2),
    counts: TOPICS.map((name) => store.countSubscriptions(name)),
    queue: store.queue().map(({ position, ...head }) => ({ ...head, content: store.content(position) })),
    published: TOPICS.map((name) => store.findPublished(name, 'd', 50)),
    setting: store.findSetting('s'),
  };
}

test(`seeds from ${seed}`, { timeout: 600_000 }, () => {
  for (let round = 0; round < rounds; round++) play(seed + round);
});

function play(roundSeed: number): void {
  const random = new SeededRandom(roundSeed);
  const path = join(temporaryFolder(), 'db.sqlite');
  let sqlite = open(path);
  const memory = new MemoryTopicStore();
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  for (let step = 0; step < 80; step++) {
    const [topic, id, number] = [pick(TOPICS), pick(IDS), random.integer(100)];
    const queued = memory.queue();
    const index = random.integer(Math.max(1, queued.length));
    const isThere = memory.findTopic(topic) !== undefined;
    const subscription: Subscription = {
      id,
      topic: memory.findSubscription(id)?.topic ?? topic,
      protocol: 'http',
      endpoint: memory.findSubscription(id)?.endpoint ?? `http://e/${number}`,
      attributes: { a: String(number) },
      confirmed: number % 2 === 0,
      token: `t${number}`,
      tokenExpiresAtMs: number,
      confirmedSigned: number % 3 === 0,
      authenticateOnUnsubscribe: number % 5 === 0,
      principalArn: 'p',
    };
    const content = {
      kind: 'Notification',
      messageId: 'm',
      message: `é ${number}`,
      attributes: {},
      publishedAtMs: number,
    } as const;
    const steps: ((store: TopicStore) => unknown)[] = [
      (store) => store.putTopic({ name: topic, attributes: { x: String(number) }, tags: { t: 'v' } }),
      (store) => number < 20 && store.removeTopic(topic),
      (store) =>
        isThere && store.findTopic(subscription.topic) !== undefined && store.putSubscription(subscription),
      (store) => number < 30 && store.removeSubscription(id),
      (store) => number < 30 && store.removeUnconfirmed(number),
      (store) => isThere && store.nextSequence(topic),
      (store) =>
        isThere &&
        store.rememberPublished(
          topic,
          'd',
          { messageId: `m${number}`, sequence: '1' },
          { nowMs: 0, expiresAtMs: number },
        ),
      (store) =>
        store.findSubscription(id) &&
        void store.enqueue({
          subscriptionId: id,
          groupId: number % 2 ? 'g' : null,
          attempts: 0,
          dueAtMs: number,
          content,
        }),
      (store) => store.queue()[index] && store.postpone(store.queue()[index]!.position, number, number + 1),
      (store) => store.queue()[index] && store.dequeue(store.queue()[index]!.position),
      (store) => store.putSetting('s', String(number)),
    ];
    const run = pick(steps);
    const given = [sqlite.topics, memory].map((store) => store.transaction(() => run(store)));
    expect(given[0], `AMPERE_SEED=${roundSeed}`).toEqual(given[1]);
    if (step % 20 === 19) {
      sqlite.store.close();
      sqlite = open(path);
    }
    expect(stateOf(sqlite.topics), `AMPERE_SEED=${roundSeed}`).toEqual(stateOf(memory));
  }
  sqlite.store.close();
}
