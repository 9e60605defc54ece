import type { Notification, NotifyOutcome } from '@ampere/alertmanager';
import type { Template } from '@ampere/go-template';

/** What an attempt said and was answered, for the record of notifications. */
export interface Delivered {
  readonly outcome: NotifyOutcome;
  /** The rendered texts by field, such as `subject`; empty when rendering failed. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the receiver answered: a message id, a status; empty when there was no answer. */
  readonly answer: string;
}

/** A notification with what its texts are rendered from. */
export interface OutgoingNotification {
  readonly workspaceId: string;
  readonly notification: Notification;
  /** Alertmanager's own templates and those of the definition. */
  readonly templates: Template;
  /** Of the alert manager, for links in messages. */
  readonly externalUrl: string;
}

/** Renders a notification and makes one attempt to send it. Never rejects for faults of the world. */
export interface NotificationDelivery {
  deliver(outgoing: OutgoingNotification, signal: AbortSignal): Promise<Delivered>;
}
