import type { Notification, NotifyOutcome } from '@ampere/alertmanager';
import type {
  Deliver,
  DeliverySetting,
  NotificationDelivery,
} from '../alertmanager/notification-delivery.ts';

/** Takes notifications and remembers them. */
export class FakeDelivery implements NotificationDelivery {
  readonly outgoing: { readonly setting: DeliverySetting; readonly notification: Notification }[] = [];
  outcome: NotifyOutcome = { ok: true };

  prepare(setting: DeliverySetting): Deliver {
    return async (notification) => {
      this.outgoing.push({ setting, notification });
      return { outcome: this.outcome, texts: { subject: 'a subject' }, answer: 'taken' };
    };
  }
}
