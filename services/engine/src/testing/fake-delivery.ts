import type { NotifyOutcome } from '@ampere/alertmanager';
import type {
  Delivered,
  NotificationDelivery,
  OutgoingNotification,
} from '../alertmanager/notification-delivery.ts';

/** Takes notifications and remembers them. */
export class FakeDelivery implements NotificationDelivery {
  readonly outgoing: OutgoingNotification[] = [];
  outcome: NotifyOutcome = { ok: true };

  async deliver(outgoing: OutgoingNotification): Promise<Delivered> {
    this.outgoing.push(outgoing);
    return { outcome: this.outcome, texts: { subject: 'a subject' }, answer: 'taken' };
  }
}
