// The embedded topics as one object: their API, the deliveries, and what the alert managers publish.

import type { Registry } from '@ampere/metrics';
import type { MailMessage, Outbound } from '@ampere/outbound';
import type { Clock, Disk, Random } from '@ampere/platform';
import { SnsService } from './api/sns-service.ts';
import { type TopicPlace, topicArn } from './arn.ts';
import type { OutgoingMessage } from './client/outgoing-message.ts';
import type { PublishOutcome } from './client/sns-client.ts';
import { DeadLetterLog } from './delivery/dead-letter-log.ts';
import { Deliverer } from './delivery/deliverer.ts';
import { DeliveryMetrics } from './delivery/delivery-metrics.ts';
import type { TopicStore } from './topics/model.ts';
import { Topics } from './topics/topics.ts';

export interface EmbeddedSnsOptions {
  readonly store: TopicStore;
  readonly place: TopicPlace;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  /** Where the folder of dead letters lies. */
  readonly folder: string;
  readonly outbound: Outbound;
  /** Sends an e-mail from the configured address; undefined without an SMTP server. */
  readonly sendMail: ((message: Omit<MailMessage, 'from'>) => Promise<void>) | undefined;
  /** Where clients reach this server. */
  readonly publicUrl: () => string;
  readonly metrics: Registry;
  readonly log: (message: string, fields: object) => void;
}

export class EmbeddedSns {
  /** For the gateway. */
  readonly service: SnsService;
  readonly #topics: Topics;
  readonly #deliverer: Deliverer;

  constructor(options: EmbeddedSnsOptions) {
    const { store, place, clock, random, sendMail, publicUrl } = options;
    this.#topics = new Topics({
      store,
      place,
      clock,
      random,
      onQueued: (heads) => this.#deliverer.add(heads),
      queueLength: () => this.#deliverer.queueLength,
      hasMail: sendMail !== undefined,
    });
    this.#deliverer = new Deliverer({
      store,
      clock,
      random,
      outbound: options.outbound,
      sendMail,
      publicUrl: () => publicUrl().replace(/\/+$/, ''),
      topicArn: (name) => topicArn(place, name),
      unsubscribeToken: (id) => this.#topics.unsubscribeToken(id),
      deadLetters: new DeadLetterLog(options.disk, `${options.folder}/dead-letters`),
      metrics: new DeliveryMetrics(options.metrics),
      log: options.log,
    });
    this.service = new SnsService(this.#topics);
  }

  /** Begins to deliver; the links in messages must lead here by now. */
  start(): void {
    this.#deliverer.start();
  }

  /** Ends deliveries under way; what isn't delivered stays in the queue for the next start. */
  stop(): Promise<void> {
    return this.#deliverer.stop();
  }

  /**
   * Publishes for the alert manager of a workspace, as the service `aps.amazonaws.com` with the workspace as
   * `aws:SourceArn`, if the policy of the topic allows it.
   */
  publishFromWorkspace(workspaceArn: string, message: OutgoingMessage): PublishOutcome {
    return this.#topics.publishFromWorkspace(workspaceArn, message);
  }

  /** The certificate that messages are signed with, when the path of a request is that of its file. */
  async certificateAt(path: string): Promise<string | undefined> {
    if (!/^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/.test(path)) return undefined;
    const key = await this.#deliverer.signingKey();
    return path === `/${key.fileName}` ? key.certificate : undefined;
  }
}
