import type {
  DeliveryContent,
  DeliveryHead,
  NewDelivery,
  Published,
  Subscription,
  Topic,
  TopicStore,
} from '../topics/model.ts';

/** A store in memory, for tests: without durability and roll-back. */
export class MemoryTopicStore implements TopicStore {
  readonly #settings = new Map<string, string>();
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #sequences = new Map<string, number>();
  readonly #published = new Map<string, Published & { expiresAtMs: number }>();
  readonly #queue = new Map<number, { head: DeliveryHead; content: DeliveryContent }>();
  #position = 0;
  #inside = false;

  transaction<T>(work: () => T): T {
    if (this.#inside) throw new Error('a transaction inside a transaction');
    this.#inside = true;
    try {
      return work();
    } finally {
      this.#inside = false;
    }
  }

  findSetting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  putSetting(name: string, value: string): void {
    this.#settings.set(name, value);
  }

  findTopic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  topics(after: string, limit: number): Topic[] {
    const names = [...this.#topics.keys()].filter((name) => name > after).sort();
    return names.slice(0, limit).map((name) => this.#topics.get(name)!);
  }

  countTopics(): number {
    return this.#topics.size;
  }

  putTopic(topic: Topic): void {
    this.#topics.set(topic.name, topic);
  }

  removeTopic(name: string): void {
    this.#topics.delete(name);
    this.#sequences.delete(name);
    for (const key of [...this.#published.keys()])
      if (key.startsWith(`${name} `)) this.#published.delete(key);
    for (const { id, topic } of [...this.#subscriptions.values()])
      if (topic === name) this.removeSubscription(id);
  }

  findSubscription(id: string): Subscription | undefined {
    return this.#subscriptions.get(id);
  }

  subscriptions(topic: string | undefined, after: string, limit: number): Subscription[] {
    return [...this.#subscriptions.values()]
      .filter((one) => (topic === undefined || one.topic === topic) && one.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  countSubscriptions(topic: string): { confirmed: number; pending: number } {
    const all = this.subscriptions(topic, '', Number.POSITIVE_INFINITY);
    const confirmed = all.filter((one) => one.confirmed).length;
    return { confirmed, pending: all.length - confirmed };
  }

  putSubscription(subscription: Subscription): void {
    this.#subscriptions.set(subscription.id, subscription);
  }

  removeSubscription(id: string): void {
    this.#subscriptions.delete(id);
    for (const [position, { head }] of this.#queue)
      if (head.subscriptionId === id) this.#queue.delete(position);
  }

  removeUnconfirmed(nowMs: number): void {
    for (const { id, confirmed, tokenExpiresAtMs } of [...this.#subscriptions.values()])
      if (!confirmed && tokenExpiresAtMs < nowMs) this.removeSubscription(id);
  }

  nextSequence(topic: string): number {
    const next = (this.#sequences.get(topic) ?? 0) + 1;
    this.#sequences.set(topic, next);
    return next;
  }

  findPublished(topic: string, deduplicationId: string, nowMs: number): Published | undefined {
    const found = this.#published.get(`${topic} ${deduplicationId}`);
    if (found === undefined || found.expiresAtMs <= nowMs) return undefined;
    return { messageId: found.messageId, sequence: found.sequence };
  }

  rememberPublished(
    topic: string,
    deduplicationId: string,
    published: Published,
    { expiresAtMs }: { nowMs: number; expiresAtMs: number },
  ): void {
    this.#published.set(`${topic} ${deduplicationId}`, { ...published, expiresAtMs });
  }

  enqueue({ content, ...rest }: NewDelivery): number {
    const position = ++this.#position;
    this.#queue.set(position, { head: { ...rest, position }, content });
    return position;
  }

  queue(): DeliveryHead[] {
    return [...this.#queue.values()].map(({ head }) => head);
  }

  content(position: number): DeliveryContent | undefined {
    return this.#queue.get(position)?.content;
  }

  postpone(position: number, attempts: number, dueAtMs: number): void {
    const found = this.#queue.get(position);
    if (found !== undefined)
      this.#queue.set(position, { ...found, head: { ...found.head, attempts, dueAtMs } });
  }

  dequeue(position: number): void {
    this.#queue.delete(position);
  }
}
