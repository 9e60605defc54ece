import type { PublishForWorkspace } from '../alertmanager/notification-delivery.ts';

/** For engines that publish nothing. */
export const NO_TOPICS: PublishForWorkspace = () => Promise.reject(new Error('nothing is published here'));
