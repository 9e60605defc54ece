// The embedded SNS topics in the control plane's database; what is asked of it stands in @ampere/sns.
//
// Rows of subscriptions, deliveries and deduplication ids go with their topic by the foreign keys.

import type {
  Attributes,
  DeliveryContent,
  DeliveryHead,
  NewDelivery,
  Protocol,
  Published,
  Subscription,
  Topic,
  TopicStore,
} from '@ampere/sns';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

interface TopicRow {
  name: string;
  attributes: string;
  tags: string;
}

interface SubscriptionRow {
  subscription_id: string;
  topic: string;
  protocol: string;
  endpoint: string;
  attributes: string;
  confirmed: number;
  token: string;
  token_expires_at_ms: number;
  confirmed_signed: number;
  authenticate_on_unsubscribe: number;
  principal_arn: string;
}

interface DeliveryRow {
  position: number;
  subscription_id: string;
  group_id: string | null;
  attempts: number;
  due_at_ms: number;
}

export class SqliteTopicStore implements TopicStore {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(store: Store, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
    this.#statements = prepare(store);
  }

  transaction<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  findSetting(name: string): string | undefined {
    return this.#settings.find(name);
  }

  putSetting(name: string, value: string): void {
    this.#settings.put(name, value);
  }

  findTopic(name: string): Topic | undefined {
    const row = this.#statements.findTopic.get(name);
    return row && toTopic(row);
  }

  topics(after: string, limit: number): Topic[] {
    return this.#statements.topics.all(after, limit).map(toTopic);
  }

  countTopics(): number {
    return this.#statements.countTopics.get()!.count;
  }

  putTopic({ name, attributes, tags }: Topic): void {
    this.#statements.putTopic.run(name, JSON.stringify(attributes), JSON.stringify(tags));
  }

  removeTopic(name: string): void {
    this.#statements.removeTopic.run(name);
  }

  findSubscription(id: string): Subscription | undefined {
    const row = this.#statements.findSubscription.get(id);
    return row && toSubscription(row);
  }

  subscriptions(topic: string | undefined, after: string, limit: number): Subscription[] {
    const rows =
      topic === undefined
        ? this.#statements.subscriptions.all(after, limit)
        : this.#statements.subscriptionsOf.all(topic, after, limit);
    return rows.map(toSubscription);
  }

  countSubscriptions(topic: string): { confirmed: number; pending: number } {
    const { confirmed, all } = this.#statements.countSubscriptions.get(topic)!;
    return { confirmed: confirmed ?? 0, pending: all - (confirmed ?? 0) };
  }

  putSubscription(subscription: Subscription): void {
    this.#statements.putSubscription.run(
      subscription.id,
      subscription.topic,
      subscription.protocol,
      subscription.endpoint,
      JSON.stringify(subscription.attributes),
      Number(subscription.confirmed),
      subscription.token,
      Math.round(subscription.tokenExpiresAtMs),
      Number(subscription.confirmedSigned),
      Number(subscription.authenticateOnUnsubscribe),
      subscription.principalArn,
    );
  }

  removeSubscription(id: string): void {
    this.#statements.removeSubscription.run(id);
  }

  removeUnconfirmed(nowMs: number): void {
    this.#statements.removeUnconfirmed.run(Math.round(nowMs));
  }

  nextSequence(topic: string): number {
    return this.#statements.nextSequence.get(topic)!.sequence;
  }

  findPublished(topic: string, deduplicationId: string, nowMs: number): Published | undefined {
    return this.#statements.findPublished.get(topic, deduplicationId, Math.round(nowMs));
  }

  rememberPublished(
    topic: string,
    deduplicationId: string,
    { messageId, sequence }: Published,
    times: { readonly nowMs: number; readonly expiresAtMs: number },
  ): void {
    this.#statements.forgetPublished.run(Math.round(times.nowMs));
    this.#statements.remember.run(topic, deduplicationId, messageId, sequence, Math.round(times.expiresAtMs));
  }

  enqueue(delivery: NewDelivery): number {
    const { subscriptionId, groupId, attempts, dueAtMs, content } = delivery;
    const { lastInsertRowid } = this.#statements.enqueue.run(
      subscriptionId,
      groupId,
      attempts,
      Math.round(dueAtMs),
      JSON.stringify(content),
    );
    return Number(lastInsertRowid);
  }

  queue(): DeliveryHead[] {
    return this.#statements.queue.all().map((row) => ({
      position: row.position,
      subscriptionId: row.subscription_id,
      groupId: row.group_id,
      attempts: row.attempts,
      dueAtMs: row.due_at_ms,
    }));
  }

  content(position: number): DeliveryContent | undefined {
    const row = this.#statements.content.get(position);
    return row && (JSON.parse(row.content) as DeliveryContent);
  }

  postpone(position: number, attempts: number, dueAtMs: number): void {
    this.#statements.postpone.run(attempts, Math.round(dueAtMs), position);
  }

  dequeue(position: number): void {
    this.#statements.dequeue.run(position);
  }
}

function toTopic({ name, attributes, tags }: TopicRow): Topic {
  return { name, attributes: JSON.parse(attributes) as Attributes, tags: JSON.parse(tags) as Attributes };
}

function toSubscription(row: SubscriptionRow): Subscription {
  return {
    id: row.subscription_id,
    topic: row.topic,
    protocol: row.protocol as Protocol,
    endpoint: row.endpoint,
    attributes: JSON.parse(row.attributes) as Attributes,
    confirmed: row.confirmed === 1,
    token: row.token,
    tokenExpiresAtMs: row.token_expires_at_ms,
    confirmedSigned: row.confirmed_signed === 1,
    authenticateOnUnsubscribe: row.authenticate_on_unsubscribe === 1,
    principalArn: row.principal_arn,
  };
}

function prepare(store: Store) {
  return {
    findTopic: store.prepare<[string], TopicRow>('SELECT * FROM sns_topics WHERE name = ?'),
    topics: store.prepare<[string, number], TopicRow>(
      'SELECT * FROM sns_topics WHERE name > ? ORDER BY name LIMIT ?',
    ),
    countTopics: store.prepare<[], { count: number }>('SELECT count(*) AS count FROM sns_topics'),
    putTopic: store.prepare<[string, string, string], never>(
      `INSERT INTO sns_topics (name, attributes, tags) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET attributes = excluded.attributes, tags = excluded.tags`,
    ),
    removeTopic: store.prepare<[string], never>('DELETE FROM sns_topics WHERE name = ?'),
    findSubscription: store.prepare<[string], SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE subscription_id = ?',
    ),
    subscriptions: store.prepare<[string, number], SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE subscription_id > ? ORDER BY subscription_id LIMIT ?',
    ),
    subscriptionsOf: store.prepare<[string, string, number], SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE topic = ? AND subscription_id > ? ORDER BY subscription_id LIMIT ?',
    ),
    countSubscriptions: store.prepare<[string], { confirmed: number | null; all: number }>(
      'SELECT sum(confirmed) AS confirmed, count(*) AS "all" FROM sns_subscriptions WHERE topic = ?',
    ),
    putSubscription: store.prepare<
      [string, string, string, string, string, number, string, number, number, number, string],
      never
    >(
      `INSERT INTO sns_subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attributes = excluded.attributes, confirmed = excluded.confirmed,
         token = excluded.token, token_expires_at_ms = excluded.token_expires_at_ms,
         confirmed_signed = excluded.confirmed_signed,
         authenticate_on_unsubscribe = excluded.authenticate_on_unsubscribe,
         principal_arn = excluded.principal_arn`,
    ),
    removeSubscription: store.prepare<[string], never>(
      'DELETE FROM sns_subscriptions WHERE subscription_id = ?',
    ),
    removeUnconfirmed: store.prepare<[number], never>(
      'DELETE FROM sns_subscriptions WHERE confirmed = 0 AND token_expires_at_ms < ?',
    ),
    nextSequence: store.prepare<[string], { sequence: number }>(
      'UPDATE sns_topics SET sequence = sequence + 1 WHERE name = ? RETURNING sequence',
    ),
    findPublished: store.prepare<[string, string, number], Published>(
      `SELECT message_id AS messageId, sequence FROM sns_published
       WHERE topic = ? AND deduplication_id = ? AND expires_at_ms > ?`,
    ),
    forgetPublished: store.prepare<[number], never>('DELETE FROM sns_published WHERE expires_at_ms <= ?'),
    remember: store.prepare<[string, string, string, string, number], never>(
      'INSERT OR REPLACE INTO sns_published VALUES (?, ?, ?, ?, ?)',
    ),
    enqueue: store.prepare<[string, string | null, number, number, string], never>(
      `INSERT INTO sns_deliveries (subscription_id, group_id, attempts, due_at_ms, content)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    queue: store.prepare<[], DeliveryRow>(
      'SELECT position, subscription_id, group_id, attempts, due_at_ms FROM sns_deliveries ORDER BY position',
    ),
    content: store.prepare<[number], { content: string }>(
      'SELECT content FROM sns_deliveries WHERE position = ?',
    ),
    postpone: store.prepare<[number, number, number], never>(
      'UPDATE sns_deliveries SET attempts = ?, due_at_ms = ? WHERE position = ?',
    ),
    dequeue: store.prepare<[number], never>('DELETE FROM sns_deliveries WHERE position = ?'),
  };
}
