// What leaves the server: the address policy, the embedded topics, and e-mail.

import { join } from 'node:path';
import type { LocalControlPlane } from '@ampere/control-plane';
import type { Registry } from '@ampere/metrics';
import { AddressPolicy, Outbound, sendMail } from '@ampere/outbound';
import type { Clock, Disk, Random } from '@ampere/platform';
import { EmbeddedSns } from '@ampere/sns';
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
