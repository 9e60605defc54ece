import type { ControlPlaneOptions } from '@ampere/control-plane';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import type { Clock } from '@ampere/platform';

/**
 * Fetches documents of OpenID Connect issuers: from public addresses alone, but for the issuers that the
 * configuration says are inside our network (`oidc.private_issuers`).
 */
export function oidcGet(
  privateIssuers: readonly string[],
  clock: Clock,
): NonNullable<ControlPlaneOptions['oidcGet']> {
  const outside = new Outbound({ policy: new AddressPolicy({ allowPrivate: false, allow: [] }), clock });
  const inside = new Outbound({ policy: new AddressPolicy({ allowPrivate: true, allow: [] }), clock });
  const origins = new Set(privateIssuers.map((url) => new URL(url).origin));
  return async (url, { timeoutMs, bytesMax }) => {
    const outbound = origins.has(new URL(url).origin) ? inside : outside;
    const headers = { accept: 'application/json' };
    return outbound.request({ method: 'GET', url, headers, timeoutMs, answerBytesMax: bytesMax });
  };
}
