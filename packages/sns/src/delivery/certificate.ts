// A self-signed X.509 certificate (RFC 5280) for an RSA key, so that receivers find the key that messages are
// signed with where SNS' clients look for it. Node can read certificates but not make them.

import { createPublicKey, createSign, type KeyObject } from 'node:crypto';

const SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const COMMON_NAME = [0x55, 0x04, 0x03];

/** The certificate in PEM, valid from the moment given for thirty years. */
export function selfSignedCertificate(
  privateKey: KeyObject,
  options: { readonly commonName: string; readonly serial: Uint8Array; readonly fromMs: number },
): string {
  const algorithm = der(0x30, der(0x06, SHA256_WITH_RSA), der(0x05));
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, COMMON_NAME), der(0x0c, Buffer.from(options.commonName)))),
  );
  // A positive number without a leading zero byte.
  const serial = Buffer.from(options.serial);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const toBe = der(
    0x30,
    der(0xa0, der(0x02, [2])),
    der(0x02, serial),
    algorithm,
    name,
    der(0x30, time(options.fromMs), time(options.fromMs + 30 * 365 * 86_400_000)),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = createSign('sha256').update(toBe).sign(privateKey);
  const whole = der(0x30, toBe, algorithm, der(0x03, [0], signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** A tag, the length of what follows, and that. */
function der(tag: number, ...parts: (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** UTCTime until 2049, GeneralizedTime from 2050 on. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+|[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}
