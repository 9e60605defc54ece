/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Reads `host:port`, `[ipv6]:port` or `:port` (all addresses); undefined when it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] === '' || match[2] === undefined ? '::' : match[2]), port };
}

/** The URL under which a local client reaches the address. */
export function urlOf(address: ListenAddress): string {
  const any = address.host === '::' || address.host === '0.0.0.0';
  const host = any ? '127.0.0.1' : address.host.includes(':') ? `[${address.host}]` : address.host;
  return `http://${host}:${address.port}`;
}
