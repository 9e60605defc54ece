// Takes what is queued to its receivers.
//
// 1. At the start the whole queue is read; what a crash interrupted is simply tried again, so a receiver may
//    get a message twice but never not at all.
// 2. An attempt over HTTP succeeds with any 2xx. 429, 5xx and failures of the network are tried again by the
//    delivery policy; any other answer is final. E-mail goes through the configured SMTP server.
// 3. What can't be delivered goes to the dead-letter log, and only when it is on disk there it leaves the
//    queue.

import { type MailMessage, type Outbound, OutboundError } from '@ampere/outbound';
import { assert, type Clock, type Random, type Timer } from '@ampere/platform';
import {
  DEFAULT_RETRIES,
  EMAIL_RETRIES,
  pauseMsAfter,
  type RetryPolicy,
  readDeliveryPolicy,
} from '../topics/delivery-policy.ts';
import type { DeliveryContent, DeliveryHead, Subscription, Topic, TopicStore } from '../topics/model.ts';
import type { DeadLetterLog } from './dead-letter-log.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { type EnvelopeFrame, envelopeOf, envelopeText, mailSubject, mailText } from './envelope.ts';
import { openSigningKey, type SigningKey } from './message-signer.ts';

export interface DelivererOptions {
  readonly store: TopicStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly outbound: Outbound;
  /** Sends an e-mail; undefined without an SMTP server. `from` is filled in by it. */
  readonly sendMail: ((message: Omit<MailMessage, 'from'>) => Promise<void>) | undefined;
  /** Where links in messages lead, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly topicArn: (name: string) => string;
  readonly unsubscribeToken: (subscriptionId: string) => string;
  readonly deadLetters: DeadLetterLog;
  readonly metrics: DeliveryMetrics;
  readonly log: (message: string, fields: object) => void;
}

type Attempt =
  | { readonly ok: true }
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };

/** SNS gives an endpoint so long to answer. */
const TIMEOUT_MS = 15_000;
const LANE_MAX = 4;
const TOTAL_MAX = 32;
/** When the dead-letter log can't be written, or we fail ourselves. */
const PAUSE_AFTER_FAULT_MS = 30_000;
const UNCONFIRMED_COLLECTED_EVERY_MS = 3_600_000;

export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #queue = new DeliveryQueue({ laneMax: LANE_MAX, totalMax: TOTAL_MAX });
  readonly #running = new Set<Promise<void>>();
  #key: Promise<SigningKey> | undefined;
  #timer: Timer | undefined;
  #collector: Timer | undefined;
  #stopping = new AbortController();

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#queue.add(options.store.queue());
    options.metrics.queueLength(() => this.#queue.length);
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  /** Begins to deliver. */
  start(): void {
    this.#collect();
    this.#pump();
  }

  /** Takes up what was queued in the store. */
  add(heads: readonly DeliveryHead[]): void {
    this.#queue.add(heads);
    this.#pump();
  }

  /** The key that messages are signed with; made at the first call. */
  signingKey(): Promise<SigningKey> {
    const { store, clock, random } = this.#options;
    this.#key ??= openSigningKey(store, clock, random);
    return this.#key;
  }

  /** Begins no more deliveries and ends those under way; they stay in the queue. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    this.#collector?.cancel();
    await Promise.all(this.#running);
    await this.#options.deadLetters.close();
  }

  #collect(): void {
    const { store, clock } = this.#options;
    store.transaction(() => store.removeUnconfirmed(clock.nowMs()));
    this.#collector = clock.after(UNCONFIRMED_COLLECTED_EVERY_MS, () => this.#collect());
  }

  #pump(): void {
    if (this.#stopping.signal.aborted) return;
    const { clock, log } = this.#options;
    for (const head of this.#queue.take(clock.nowMs())) {
      const work = this.#deliver(head)
        .catch((error: unknown) => {
          log('BUG: a delivery failed', { err: error });
          return this.#later(head, PAUSE_AFTER_FAULT_MS);
        })
        .then((again) => {
          this.#queue.settle(head, again);
          this.#running.delete(work);
          this.#pump();
        });
      this.#running.add(work);
    }
    this.#timer?.cancel();
    const nowMs = clock.nowMs();
    const nextMs = this.#queue.nextDueMs(nowMs);
    if (nextMs !== undefined) this.#timer = clock.after(nextMs - nowMs, () => this.#pump());
  }

  /** One attempt; the head to wait with, or undefined when it is over. */
  async #deliver(head: DeliveryHead): Promise<DeliveryHead | undefined> {
    const { store, metrics, clock } = this.#options;
    const subscription = store.findSubscription(head.subscriptionId);
    const content = store.content(head.position);
    const topic = subscription && store.findTopic(subscription.topic);
    // Gone together with its subscription or topic.
    if (subscription === undefined || content === undefined || topic === undefined) return undefined;
    const outcome = await this.#attempt(content, subscription, topic);
    // What is cut off by a stop is tried again after the next start.
    if (this.#stopping.signal.aborted && !outcome.ok) return head;
    if (outcome.ok) {
      metrics.delivered(subscription.protocol);
      store.transaction(() => store.dequeue(head.position));
      return undefined;
    }
    const attempts = head.attempts + 1;
    const pauseMs = outcome.retry ? pauseMsAfter(attempts, retriesOf(subscription, topic)) : undefined;
    if (pauseMs !== undefined) {
      metrics.retried(subscription.protocol);
      const again = { ...head, attempts, dueAtMs: clock.nowMs() + pauseMs };
      store.transaction(() => store.postpone(head.position, attempts, again.dueAtMs));
      return again;
    }
    return this.#bury({ ...head, attempts }, content, subscription, outcome.reason);
  }

  async #bury(
    head: DeliveryHead,
    content: DeliveryContent,
    subscription: Subscription,
    reason: string,
  ): Promise<DeliveryHead | undefined> {
    const { store, metrics, clock, deadLetters, log, topicArn } = this.#options;
    const arn = topicArn(subscription.topic);
    try {
      await deadLetters.append({
        at: new Date(clock.nowMs()).toISOString(),
        subscriptionArn: `${arn}:${subscription.id}`,
        protocol: subscription.protocol,
        attempts: head.attempts,
        reason,
        ...content,
      });
    } catch (error) {
      log('the dead-letter log can not be written; the delivery stays in the queue', { err: error });
      return this.#later(head, PAUSE_AFTER_FAULT_MS);
    }
    metrics.buried(subscription.protocol);
    log('a notification could not be delivered; it is in the dead-letter log', {
      topicArn: arn,
      subscription: subscription.id,
      messageId: content.messageId,
      attempts: head.attempts,
      reason,
    });
    store.transaction(() => store.dequeue(head.position));
    return undefined;
  }

  #later(head: DeliveryHead, pauseMs: number): DeliveryHead {
    return { ...head, dueAtMs: this.#options.clock.nowMs() + pauseMs };
  }

  async #attempt(content: DeliveryContent, subscription: Subscription, topic: Topic): Promise<Attempt> {
    const { topicArn, publicUrl, unsubscribeToken } = this.#options;
    const arn = topicArn(topic.name);
    const frame: EnvelopeFrame = {
      topicArn: arn,
      subscriptionArn: `${arn}:${subscription.id}`,
      publicUrl: publicUrl(),
      unsubscribeToken: unsubscribeToken(subscription.id),
      key: await this.signingKey(),
      signatureVersion: topic.attributes['SignatureVersion'] === '2' ? '2' : '1',
    };
    try {
      return subscription.protocol.startsWith('http')
        ? await this.#post(content, subscription, frame)
        : await this.#mail(content, subscription, frame);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return { ok: false, retry: error.kind === 'network', reason: error.message };
    }
  }

  async #post(content: DeliveryContent, subscription: Subscription, frame: EnvelopeFrame): Promise<Attempt> {
    const isNotification = content.kind === 'Notification';
    const isRaw = isNotification && subscription.attributes['RawMessageDelivery']?.toLowerCase() === 'true';
    const url = new URL(subscription.endpoint);
    const authorization =
      url.username === ''
        ? {}
        : {
            authorization: `Basic ${Buffer.from(
              `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
            ).toString('base64')}`,
          };
    url.username = '';
    url.password = '';
    const answer = await this.#options.outbound.request({
      method: 'POST',
      url: url.href,
      headers: {
        'x-amz-sns-message-type': content.kind,
        'x-amz-sns-message-id': content.messageId,
        'x-amz-sns-topic-arn': frame.topicArn,
        ...(isNotification ? { 'x-amz-sns-subscription-arn': frame.subscriptionArn } : {}),
        ...(isRaw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
        ...authorization,
      },
      body: Buffer.from(isRaw ? content.message : envelopeText(envelopeOf(content, subscription, frame))),
      timeoutMs: TIMEOUT_MS,
      answerBytesMax: 1024,
      signal: this.#stopping.signal,
    });
    const { status } = answer;
    if (status >= 200 && status < 300) return { ok: true };
    return { ok: false, retry: status === 429 || status >= 500, reason: `the endpoint answered ${status}` };
  }

  async #mail(content: DeliveryContent, subscription: Subscription, frame: EnvelopeFrame): Promise<Attempt> {
    const { sendMail } = this.#options;
    if (sendMail === undefined) {
      return { ok: false, retry: false, reason: 'no SMTP server is configured (sns.smtp)' };
    }
    assert(!/[\r\n]/.test(subscription.endpoint), 'an address is checked when it is subscribed');
    const isJson = subscription.protocol === 'email-json';
    await sendMail({
      to: subscription.endpoint,
      subject: mailSubject(content),
      text: isJson
        ? `${envelopeText(envelopeOf(content, subscription, frame))}\n`
        : mailText(content, subscription, frame),
    });
    return { ok: true };
  }
}

function retriesOf(subscription: Subscription, topic: Topic): RetryPolicy {
  if (!subscription.protocol.startsWith('http')) return EMAIL_RETRIES;
  return (
    readDeliveryPolicy(subscription.attributes['DeliveryPolicy'] ?? '', 'subscription') ??
    readDeliveryPolicy(topic.attributes['DeliveryPolicy'] ?? '', 'topic') ??
    DEFAULT_RETRIES
  );
}
