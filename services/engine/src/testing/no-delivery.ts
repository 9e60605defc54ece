import type { Delivered, NotificationDelivery } from '../alertmanager/notification-delivery.ts';

/** For engines that nothing is connected to: every notification fails and says so in the record. */
export const NO_DELIVERY: NotificationDelivery = {
  prepare: () => async (): Promise<Delivered> => ({
    outcome: { ok: false, retry: false, reason: 'this server delivers no notifications' },
    texts: {},
    answer: '',
  }),
};
