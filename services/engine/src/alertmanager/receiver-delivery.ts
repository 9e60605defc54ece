import type { Outbound } from '@ampere/outbound';
import type { Clock } from '@ampere/platform';
import { createNotifier } from '@ampere/receivers';
import type { NotificationDelivery, PublishForWorkspace } from './notification-delivery.ts';

/** Delivers to Alertmanager's receivers; SNS through `publish`, everything else through `outbound`. */
export function receiverDelivery(options: {
  readonly publish: PublishForWorkspace;
  readonly outbound: Outbound;
  readonly clock: Clock;
}): NotificationDelivery {
  const { publish, outbound, clock } = options;
  return {
    prepare: ({ workspaceId, definition, externalUrl }) =>
      createNotifier({
        config: definition.config,
        templateFiles: definition.templateFiles,
        externalUrl,
        publish: (message, identity) => publish(workspaceId, message, identity),
        outbound,
        clock,
      }),
  };
}
