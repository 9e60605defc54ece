// Signs messages as SNS does (developer guide, "Verifying the signatures of Amazon SNS messages"), with a key
// pair that is made when it is first needed and kept.

import { createHash, createPrivateKey, createSign, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock, Random } from '@ampere/platform';
import type { TopicStore } from '../topics/model.ts';
import { selfSignedCertificate } from './certificate.ts';

export type SignatureVersion = '1' | '2';

export interface SigningKey {
  /** PEM. */
  readonly certificate: string;
  /** `SimpleNotificationService-` and 32 hexadecimal digits, `.pem`. */
  readonly fileName: string;
  sign(text: string, version: SignatureVersion): string;
}

const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

const KEY_SETTING = 'sns_signing_key';
const CERTIFICATE_SETTING = 'sns_signing_certificate';

/** The text that is signed: names and values of certain members, those that are there, a line each. */
export function canonicalText(envelope: Readonly<Record<string, unknown>>): string {
  const names = envelope['Type'] === 'Notification' ? NOTIFICATION : CONFIRMATION;
  return names
    .filter((name) => envelope[name] !== undefined)
    .map((name) => `${name}\n${String(envelope[name])}\n`)
    .join('');
}

/** The key, made now if there is none yet. */
export async function openSigningKey(store: TopicStore, clock: Clock, random: Random): Promise<SigningKey> {
  const kept = store.findSetting(KEY_SETTING);
  const certificateKept = store.findSetting(CERTIFICATE_SETTING);
  let privatePem = kept ?? '';
  let certificate = certificateKept ?? '';
  if (kept === undefined || certificateKept === undefined) {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    privatePem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    certificate = selfSignedCertificate(privateKey, {
      commonName: 'sns.amazonaws.com',
      serial: random.bytes(16),
      fromMs: clock.nowMs(),
    });
    store.transaction(() => {
      store.putSetting(KEY_SETTING, privatePem);
      store.putSetting(CERTIFICATE_SETTING, certificate);
    });
  }
  const key = createPrivateKey(privatePem);
  const digest = createHash('sha256').update(certificate).digest('hex').slice(0, 32);
  return {
    certificate,
    fileName: `SimpleNotificationService-${digest}.pem`,
    sign: (text, version) =>
      createSign(version === '1' ? 'sha1' : 'sha256')
        .update(text)
        .sign(key, 'base64'),
  };
}
