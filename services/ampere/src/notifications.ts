// What leaves the server: the address policy, the embedded topics, and e-mail.

import { join } from 'node:path';
import type { LocalControlPlane } from '@ampere/control-plane';
import type { PublishForWorkspace } from '@ampere/engine';
import type { Registry } from '@ampere/metrics';
import { AddressPolicy, Outbound, sendMail } from '@ampere/outbound';
import type { Clock, Disk, Random } from '@ampere/platform';
import { EmbeddedSns, SnsClient } from '@ampere/sns';
import type { Logger } from 'pino';
import type { OutgoingConfiguration } from './configuration/outgoing.ts';

export interface NotificationParts {
  readonly outgoing: OutgoingConfiguration;
  readonly controlPlane: LocalControlPlane;
  readonly region: string;
  readonly dataFolder: string;
  readonly publicUrl: () => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Opens the embedded topics; nothing is delivered before their `start`. */
export function openEmbeddedSns(parts: NotificationParts): EmbeddedSns {
  const { outgoing, controlPlane, region, dataFolder, clock, random, disk, metrics, logger } = parts;
  const { smtp } = outgoing;
  return new EmbeddedSns({
    store: controlPlane.topicStore,
    place: { region, accountId: controlPlane.account.accountId },
    clock,
    random,
    disk,
    folder: join(dataFolder, 'sns'),
    outbound: new Outbound({ policy: new AddressPolicy(outgoing.outbound), clock }),
    sendMail: smtp && ((message) => sendMail(smtp.server, { ...message, from: smtp.from })),
    publicUrl: parts.publicUrl,
    metrics,
    log: (message, fields) => logger.warn(fields, message),
  });
}

/**
 * Publishes for alert managers: to the SNS that the configuration or the receiver names, otherwise to the
 * embedded topics, as the service and with the workspace as its source.
 */
export function workspacePublisher(
  parts: Pick<NotificationParts, 'outgoing' | 'controlPlane' | 'region' | 'clock' | 'random'> & {
    readonly sns: EmbeddedSns;
  },
): PublishForWorkspace {
  const { outgoing, controlPlane, region, clock, random, sns } = parts;
  const client = new SnsClient({
    outbound: new Outbound({ policy: new AddressPolicy(outgoing.outbound), clock }),
    // Where the operator points may be anywhere.
    trusted: new Outbound({
      policy: new AddressPolicy({ allowPrivate: true, allow: ['0.0.0.0/0', '::/0'] }),
      clock,
    }),
    clock,
    random,
    endpoint: outgoing.snsEndpoint,
    credentials: outgoing.snsKey,
    region,
  });
  return async (workspaceId, message, identity) => {
    if (outgoing.snsEndpoint === undefined && identity.apiUrl === '') {
      return sns.publishFromWorkspace(controlPlane.workspaces.arnOf(workspaceId), message);
    }
    // The alert manager has a deadline of its own and stops waiting by then.
    return client.publish(message, identity, new AbortController().signal);
  };
}
