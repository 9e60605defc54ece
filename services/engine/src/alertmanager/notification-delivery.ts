import type { AlertmanagerDefinition, Notification, NotifyOutcome } from '@ampere/alertmanager';
import type { OutgoingMessage, PublishIdentity, PublishOutcome } from '@ampere/sns';

/** What an attempt said and was answered, for the record of notifications. */
export interface Delivered {
  readonly outcome: NotifyOutcome;
  /** The rendered texts by field, such as `subject`; empty when rendering failed. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the receiver answered: a message id, a status; empty when there was no answer. */
  readonly answer: string;
}

/** Renders a notification and makes one attempt to send it. Never rejects for faults of the world. */
export type Deliver = (notification: Notification, signal: AbortSignal) => Promise<Delivered>;

export interface DeliverySetting {
  readonly workspaceId: string;
  readonly definition: AlertmanagerDefinition;
  /** Of the alert manager, for links in messages. */
  readonly externalUrl: string;
}

/** How notifications leave. */
export interface NotificationDelivery {
  /** For the receivers and templates of one definition. Throws Error when one of them can't be served. */
  prepare(setting: DeliverySetting): Deliver;
}

/** Publishes for the alert manager of a workspace, to topics of our own or to another SNS. */
export type PublishForWorkspace = (
  workspaceId: string,
  message: OutgoingMessage,
  identity: PublishIdentity,
) => Promise<PublishOutcome>;
