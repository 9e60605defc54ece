// Notifications through the receivers of @ampere/receivers, with an eye on what they send: the texts and the
// answer of an attempt go into the workspace's record.
//
// An attempt and what it sends are brought together by its asynchronous context, because senders don't know
// which attempt they work for.

import { AsyncLocalStorage } from 'node:async_hooks';
import { type HttpAnswer, Outbound, type OutboundOptions, type OutboundRequest } from '@ampere/outbound';
import type { Clock } from '@ampere/platform';
import { createNotifier } from '@ampere/receivers';
import type {
  Deliver,
  DeliverySetting,
  NotificationDelivery,
  PublishForWorkspace,
} from './notification-delivery.ts';

interface Attempt {
  readonly texts: Record<string, string>;
  answer: string;
}

export interface ReceiverDeliveryOptions {
  /** Publications, which go where the topics are. */
  readonly publish: PublishForWorkspace;
  /** Requests of the other receivers, under the address policy for what tenants chose. */
  readonly outbound: OutboundOptions;
  readonly clock: Clock;
}

export class ReceiverDelivery implements NotificationDelivery {
  readonly #options: ReceiverDeliveryOptions;
  readonly #attempts = new AsyncLocalStorage<Attempt>();

  constructor(options: ReceiverDeliveryOptions) {
    this.#options = options;
  }

  prepare({ workspaceId, definition, externalUrl }: DeliverySetting): Deliver {
    const { publish, outbound, clock } = this.#options;
    const notify = createNotifier({
      config: definition.config,
      templateFiles: definition.templateFiles,
      externalUrl,
      publish: async (message, identity) => {
        const attempt = this.#attempts.getStore();
        if (attempt !== undefined) {
          const { subject, message: text, attributes, target } = message;
          const to = target.kind === 'phone' ? 'an SMS' : target.arn;
          Object.assign(attempt.texts, { to, subject: subject ?? '', message: text });
          for (const [name, value] of attributes) attempt.texts[`attribute ${name}`] = value;
        }
        const outcome = await publish(workspaceId, message, identity);
        if (attempt !== undefined) attempt.answer = outcome.ok ? outcome.messageId : outcome.reason;
        return outcome;
      },
      outbound: new WatchedOutbound(outbound, this.#attempts),
      clock,
    });
    return async (notification, signal) => {
      const attempt: Attempt = { texts: {}, answer: '' };
      const outcome = await this.#attempts.run(attempt, () => notify(notification, signal));
      return { outcome, texts: attempt.texts, answer: attempt.answer };
    };
  }
}

/** Sends requests as they are and notes what passes. Of a URL only the host: the rest may be a secret. */
class WatchedOutbound extends Outbound {
  readonly #attempts: AsyncLocalStorage<Attempt>;

  constructor(options: OutboundOptions, attempts: AsyncLocalStorage<Attempt>) {
    super(options);
    this.#attempts = attempts;
  }

  override async request(request: OutboundRequest): Promise<HttpAnswer> {
    const attempt = this.#attempts.getStore();
    if (attempt !== undefined) {
      const body = Buffer.from(request.body ?? new Uint8Array(0)).toString();
      Object.assign(attempt.texts, { to: hostOf(request.url), body });
    }
    const answer = await super.request(request);
    if (attempt !== undefined) attempt.answer = String(answer.status);
    return answer;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
