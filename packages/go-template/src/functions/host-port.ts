// stripPort and stripDomain: the host of `host:port` by the rules of Go's net package.

import { isIP } from 'node:net';

interface HostPort {
  readonly host: string;
  readonly port: string;
}

/** Go's net.SplitHostPort; undefined where it gives an error. */
function splitHostPort(text: string): HostPort | undefined {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  let host: string;
  let opened = 0;
  let closed = 0;
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close < 0 || close + 1 !== colon) return undefined;
    host = text.slice(1, close);
    opened = 1;
    closed = close + 1;
  } else {
    host = text.slice(0, colon);
    if (host.includes(':')) return undefined;
  }
  if (text.indexOf('[', opened) >= 0 || text.indexOf(']', closed) >= 0) return undefined;
  return { host, port: text.slice(colon + 1) };
}

export function stripPort(text: string): string {
  return splitHostPort(text)?.host ?? text;
}

/** The first part of a host name, the port kept; addresses stay whole. */
export function stripDomain(text: string): string {
  const split = splitHostPort(text);
  const host = split?.host ?? text;
  // A zone makes it no address for Go.
  if (!host.includes('%') && isIP(host) !== 0) return text;
  const short = host.split('.')[0]!;
  const port = split?.port ?? '';
  if (port === '') return short;
  return short.includes(':') ? `[${short}]:${port}` : `${short}:${port}`;
}
