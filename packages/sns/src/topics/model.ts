// Topics, subscriptions and queued deliveries as they are kept, and what is asked of whoever keeps them.

export type Attributes = Readonly<Record<string, string>>;

export interface Topic {
  readonly name: string;
  /** What was set, by SNS' names: `Policy`, `DisplayName`, `DeliveryPolicy`, `FifoTopic`, … */
  readonly attributes: Attributes;
  readonly tags: Attributes;
}

export type Protocol = 'http' | 'https' | 'email' | 'email-json';

export interface Subscription {
  /** A UUID, the last part of its ARN. */
  readonly id: string;
  readonly topic: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** `RawMessageDelivery`, `DeliveryPolicy`. */
  readonly attributes: Attributes;
  /** Whether the receiver has confirmed. */
  readonly confirmed: boolean;
  /** What the receiver confirms with. */
  readonly token: string;
  /** Until when it may, milliseconds since 1970. */
  readonly tokenExpiresAtMs: number;
  /** Whether the confirmation was signed with the account's key. */
  readonly confirmedSigned: boolean;
  /** Whether the link that comes with each message is refused. */
  readonly authenticateOnUnsubscribe: boolean;
  /** Who subscribed. */
  readonly principalArn: string;
}

export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

/** What one subscription is told, independent of how. */
export interface DeliveryContent {
  readonly kind: 'Notification' | 'SubscriptionConfirmation';
  readonly messageId: string;
  readonly message: string;
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly publishedAtMs: number;
  /** Of FIFO topics. */
  readonly sequence?: string;
}

/** What the schedule of deliveries needs to know of one. */
export interface DeliveryHead {
  /** Its place in the queue; grows with each one. */
  readonly position: number;
  readonly subscriptionId: string;
  /** Deliveries of one group to one subscription keep their order; null for those without. */
  readonly groupId: string | null;
  /** How often it was tried. */
  readonly attempts: number;
  readonly dueAtMs: number;
}

export interface NewDelivery extends Omit<DeliveryHead, 'position'> {
  readonly content: DeliveryContent;
}

/** What was published under a deduplication id. */
export interface Published {
  readonly messageId: string;
  readonly sequence: string;
}

/** Keeps all of it. Calls are synchronous; changes are made inside `transaction`, and are durable when it returns. */
export interface TopicStore {
  transaction<T>(work: () => T): T;
  /** A text that is kept under a name. */
  findSetting(name: string): string | undefined;
  putSetting(name: string, value: string): void;
  findTopic(name: string): Topic | undefined;
  /** By name, those after `after`. */
  topics(after: string, limit: number): Topic[];
  countTopics(): number;
  putTopic(topic: Topic): void;
  /** With its subscriptions and what was to be delivered to them. */
  removeTopic(name: string): void;
  findSubscription(id: string): Subscription | undefined;
  /** By id, those after `after`; of one topic, or of all when it is undefined. */
  subscriptions(topic: string | undefined, after: string, limit: number): Subscription[];
  countSubscriptions(topic: string): { readonly confirmed: number; readonly pending: number };
  putSubscription(subscription: Subscription): void;
  /** With what was to be delivered to it. */
  removeSubscription(id: string): void;
  /** Removes subscriptions that were never confirmed and can't be any more. */
  removeUnconfirmed(nowMs: number): void;
  /** Counts up from 1 for each topic. */
  nextSequence(topic: string): number;
  findPublished(topic: string, deduplicationId: string, nowMs: number): Published | undefined;
  /** Remembers it until `expiresAtMs`, and forgets what expired by `nowMs`. */
  rememberPublished(
    topic: string,
    deduplicationId: string,
    published: Published,
    times: { readonly nowMs: number; readonly expiresAtMs: number },
  ): void;
  /** Its position. */
  enqueue(delivery: NewDelivery): number;
  /** All of the queue, in order. */
  queue(): DeliveryHead[];
  content(position: number): DeliveryContent | undefined;
  postpone(position: number, attempts: number, dueAtMs: number): void;
  dequeue(position: number): void;
}
