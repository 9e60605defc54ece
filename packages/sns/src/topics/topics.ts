// The topics of this server: what is published is queued for each confirmed subscription in one transaction,
// so that it is delivered or reported as undeliverable whatever happens after the answer.
//
// FIFO topics: a message with a deduplication id (or content) seen in the last five minutes is answered like
// the first one and delivered no more; the others get growing sequence numbers, and those of one group
// reach a subscription in order (delivery/delivery-queue.ts).

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type AttachedPolicy, authorise } from '@ampere/iam';
import type { Clock, Random } from '@ampere/platform';
import { type TopicPlace, topicArn, topicNameOf } from '../arn.ts';
import { fitForSns, type OutgoingMessage } from '../client/outgoing-message.ts';
import type { PublishOutcome } from '../client/sns-client.ts';
import { SnsError, throttled, topicNotFound } from './errors.ts';
import type { DeliveryContent, DeliveryHead, Subscription, Topic, TopicStore } from './model.ts';
import { checkFifoIds, messageFor, type Publication, publicationOf } from './publication.ts';
import { compiledPolicy, defaultPolicyText } from './topic-policy.ts';

export interface TopicsOptions {
  readonly store: TopicStore;
  readonly place: TopicPlace;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes up what was queued. */
  readonly onQueued: (heads: readonly DeliveryHead[]) => void;
  /** How much is queued. */
  readonly queueLength: () => number;
  /** Whether there is an SMTP server to send e-mail through. */
  readonly hasMail: boolean;
}

const DEDUPLICATION_MS = 5 * 60_000;
const QUEUE_MAX = 50_000;
const SUBSCRIPTIONS_PAGE = 1000;
const LINK_KEY = 'sns_link_key';
const SERVICE_PRINCIPAL = 'aps.amazonaws.com';

export class Topics {
  readonly options: TopicsOptions;

  constructor(options: TopicsOptions) {
    this.options = options;
  }

  get store(): TopicStore {
    return this.options.store;
  }

  arnOf(name: string): string {
    return topicArn(this.options.place, name);
  }

  /** The topic of an ARN. Throws SnsError when it isn't there. */
  byArn(arn: string): Topic {
    const name = topicNameOf(arn, this.options.place);
    const topic = name === undefined ? undefined : this.store.findTopic(name);
    if (topic === undefined) throw topicNotFound();
    return topic;
  }

  policyText(topic: Topic): string {
    return (
      topic.attributes['Policy'] || defaultPolicyText(this.arnOf(topic.name), this.options.place.accountId)
    );
  }

  /** The policy of a topic; undefined for what is no topic. */
  policyOf(arn: string): AttachedPolicy | undefined {
    const name = topicNameOf(arn, this.options.place);
    const topic = name === undefined ? undefined : this.store.findTopic(name);
    return topic && { name: topic.name, policy: compiledPolicy(this.policyText(topic)) };
  }

  uuid(): string {
    const bytes = Buffer.from(this.options.random.bytes(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** What the link that ends a subscription carries as its proof. */
  unsubscribeToken(id: string): string {
    return createHmac('sha256', Buffer.from(this.#linkKey(), 'base64')).update(id).digest('hex');
  }

  isUnsubscribeToken(id: string, token: string): boolean {
    const [given, right] = [Buffer.from(token), Buffer.from(this.unsubscribeToken(id))];
    return given.length === right.length && timingSafeEqual(given, right);
  }

  /** Accepts a message: what it is called, and its sequence number in a FIFO topic. Throws SnsError. */
  publish(topic: Topic, publication: Publication): { messageId: string; sequence: string | undefined } {
    const isFifo = topic.attributes['FifoTopic'] === 'true';
    checkFifoIds(publication, isFifo);
    const deduplicationId = isFifo ? this.#deduplicationId(topic, publication) : undefined;
    const { store, clock, onQueued } = this.options;
    const nowMs = clock.nowMs();
    const heads: DeliveryHead[] = [];
    const published = store.transaction(() => {
      if (deduplicationId !== undefined) {
        const before = store.findPublished(topic.name, deduplicationId, nowMs);
        if (before !== undefined) return before;
      }
      const messageId = this.uuid();
      const sequence = isFifo ? `1${String(store.nextSequence(topic.name)).padStart(19, '0')}` : undefined;
      const confirmed = this.#confirmed(topic.name);
      if (this.options.queueLength() + confirmed.length > QUEUE_MAX) throw throttled();
      for (const subscription of confirmed) {
        heads.push(this.#enqueue(subscription, publication, { messageId, sequence, nowMs, isFifo }));
      }
      if (deduplicationId !== undefined && sequence !== undefined) {
        const times = { nowMs, expiresAtMs: nowMs + DEDUPLICATION_MS };
        store.rememberPublished(topic.name, deduplicationId, { messageId, sequence }, times);
      }
      return { messageId, sequence };
    });
    onQueued(heads);
    return published;
  }

  /**
   * Publishes for the alert manager of a workspace: as the service `aps.amazonaws.com`, with the workspace as
   * the source, if the policy of the topic allows that. Never throws for faults of the world.
   */
  publishFromWorkspace(workspaceArn: string, outgoing: OutgoingMessage): PublishOutcome {
    const refused = (reason: string): PublishOutcome => ({ ok: false, retry: false, reason });
    if (outgoing.target.kind === 'phone') return refused('the topics of this server reach no telephones');
    const { arn } = outgoing.target;
    const { accountId } = this.options.place;
    try {
      const decision = authorise(
        { kind: 'service', arn: SERVICE_PRINCIPAL, accountId, userId: SERVICE_PRINCIPAL },
        'sns:Publish',
        arn,
        new Map([
          ['aws:SourceArn', [workspaceArn]],
          ['aws:SourceAccount', [accountId]],
        ]),
        this.policyOf(arn),
      );
      // Who may not publish doesn't learn whether there is such a topic.
      if (!decision.allowed)
        return refused(`unexpected status code 403: AuthorizationError: ${decision.message}`);
      const { messageId } = this.publish(this.byArn(arn), publicationOf(fitForSns(outgoing)));
      return { ok: true, messageId };
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      const reason = `unexpected status code ${error.status}: ${error.code}: ${error.message}`;
      return { ok: false, retry: error.status >= 500, reason };
    }
  }

  /** Queues the question whether somebody wants to be subscribed. Inside a transaction; its head is to be given to `onQueued`. */
  enqueueConfirmation(subscription: Subscription): DeliveryHead {
    const content: DeliveryContent = {
      kind: 'SubscriptionConfirmation',
      messageId: this.uuid(),
      message: `You have chosen to subscribe to the topic ${this.arnOf(subscription.topic)}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
      attributes: {},
      publishedAtMs: this.options.clock.nowMs(),
    };
    return this.#put(subscription.id, null, content);
  }

  #enqueue(
    subscription: Subscription,
    publication: Publication,
    facts: { messageId: string; sequence: string | undefined; nowMs: number; isFifo: boolean },
  ): DeliveryHead {
    const { subject, groupId } = publication;
    const { messageId, sequence, nowMs, isFifo } = facts;
    const content: DeliveryContent = {
      kind: 'Notification',
      messageId,
      message: messageFor(publication, subscription.protocol),
      ...(subject === undefined ? {} : { subject }),
      attributes: Object.fromEntries(publication.attributes),
      publishedAtMs: nowMs,
      ...(sequence === undefined ? {} : { sequence }),
    };
    return this.#put(subscription.id, isFifo ? (groupId ?? null) : null, content);
  }

  #put(subscriptionId: string, groupId: string | null, content: DeliveryContent): DeliveryHead {
    const head = { subscriptionId, groupId, attempts: 0, dueAtMs: content.publishedAtMs };
    return { ...head, position: this.store.enqueue({ ...head, content }) };
  }

  #confirmed(topic: string): Subscription[] {
    const found: Subscription[] = [];
    for (let after = ''; ; after = found.at(-1)!.id) {
      const page = this.store.subscriptions(topic, after, SUBSCRIPTIONS_PAGE);
      found.push(...page);
      if (page.length < SUBSCRIPTIONS_PAGE) return found.filter(({ confirmed }) => confirmed);
    }
  }

  #deduplicationId(topic: Topic, publication: Publication): string {
    if (publication.deduplicationId !== undefined) return publication.deduplicationId;
    if (topic.attributes['ContentBasedDeduplication'] === 'true') {
      return createHash('sha256').update(publication.message).digest('hex');
    }
    throw new SnsError(
      400,
      'InvalidParameter',
      'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }

  #linkKey(): string {
    const kept = this.store.findSetting(LINK_KEY);
    if (kept !== undefined) return kept;
    const made = Buffer.from(this.options.random.bytes(32)).toString('base64');
    this.store.transaction(() => this.store.putSetting(LINK_KEY, made));
    return made;
  }
}
