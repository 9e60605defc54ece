// Which addresses requests on a tenant's behalf may reach.
//
// 1. Public addresses may be reached. What is loopback, private, shared by a carrier (CGNAT), link-local,
//    multicast, reserved or for documentation may not: behind those stand this server, its neighbours and the
//    metadata services of clouds (registries: IANA's special-purpose addresses for IPv4 and IPv6).
// 2. Of IPv6 only global unicast (2000::/3) is public. An IPv4 address inside an IPv6 one (mapped, NAT64,
//    6to4) is judged as the IPv4 address that it leads to.
// 3. `allowPrivate` opens loopback, private, shared and unique local addresses. Link-local ones, where
//    metadata services answer, multicast and the rest need to be listed in `allow`.

import { BlockList, isIP } from 'node:net';
import { assert } from '@ampere/platform';

export interface AddressPolicyOptions {
  /** Loopback, private, carrier-shared and unique local addresses may be reached. */
  readonly allowPrivate: boolean;
  /** More that may be reached: `10.1.0.0/16`, `fd00::/8`, or a single address. */
  readonly allow: readonly string[];
}

const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const PRIVATE_V6 = ['::1/128', 'fc00::/7'];
const FORBIDDEN = [
  '0.0.0.0/8',
  // Azure's wire server, which answers like a metadata service.
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Inside 2000::/3, and yet not public: Teredo and other protocol assignments, documentation. */
const FORBIDDEN_V6 = ['2001::/23', '2001:db8::/32', '3fff::/20'];
/** Amazon's metadata service over IPv6 has a unique local address, which `allowPrivate` doesn't open. */
const METADATA_V6 = ['fd00:ec2::/32'];

export class AddressPolicy {
  readonly #allowPrivate: boolean;
  readonly #allowed: BlockList;

  /** Entries of `allow` must have passed `isNetwork`. */
  constructor(options: AddressPolicyOptions) {
    this.#allowPrivate = options.allowPrivate;
    this.#allowed = blockList(options.allow);
  }

  /** Whether a text is an address or a network of the form that `allow` takes. */
  static isNetwork(text: string): boolean {
    return parseNetwork(text) !== undefined;
  }

  /** Whether an IP address may be reached. What is no IP address may not. */
  allows(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    // An IPv6 address may carry a zone, which makes it link-local.
    if (address.includes('%')) return false;
    if (family === 6) {
      const inner = embeddedV4(address);
      if (inner !== undefined) return this.allows(inner);
    }
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (this.#allowed.check(address, kind)) return true;
    if (family === 4) {
      if (privateV4.check(address, kind)) return this.#allowPrivate;
      return !forbiddenV4.check(address, kind);
    }
    if (metadataV6.check(address, kind)) return false;
    if (privateV6.check(address, kind)) return this.#allowPrivate;
    return globalV6.check(address, kind) && !forbiddenV6.check(address, kind);
  }
}

const privateV4 = blockList(PRIVATE);
const forbiddenV4 = blockList(FORBIDDEN);
const privateV6 = blockList(PRIVATE_V6);
const globalV6 = blockList(['2000::/3']);
const forbiddenV6 = blockList(FORBIDDEN_V6);
const metadataV6 = blockList(METADATA_V6);

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    assert(network !== undefined, `${text} is no network`);
    list.addSubnet(network.address, network.prefix, network.kind);
  }
  return list;
}

function parseNetwork(text: string): { address: string; prefix: number; kind: 'ipv4' | 'ipv6' } | undefined {
  const match = /^([0-9a-fA-F.:]+)(?:\/([0-9]{1,3}))?$/.exec(text);
  const address = match?.[1] ?? '';
  const family = isIP(address);
  if (family === 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  const prefix = match![2] === undefined ? bits : Number(match![2]);
  return prefix > bits ? undefined : { address, prefix, kind: family === 4 ? 'ipv4' : 'ipv6' };
}

/** The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64, 6to4. */
function embeddedV4(address: string): string | undefined {
  const words = wordsOf(address);
  const v4 = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const startsWithZeros = (count: number) => words.slice(0, count).every((word) => word === 0);
  if (startsWithZeros(5) && words[5] === 0xffff) return v4(words[6]!, words[7]!);
  if (startsWithZeros(6) && (words[6] !== 0 || words[7]! > 1)) return v4(words[6]!, words[7]!);
  if (words[0] === 0x64 && words[1] === 0xff9b) return v4(words[6]!, words[7]!);
  if (words[0] === 0x2002) return v4(words[1]!, words[2]!);
  return undefined;
}

/** The eight words of a valid IPv6 address. */
function wordsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  let text = address;
  if (dotted !== null) {
    const [a, b, c, d] = dotted.slice(2).map(Number) as [number, number, number, number];
    text = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = '', tail] = text.split('::');
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  if (tail === undefined) return read(head);
  const [first, last] = [read(head), read(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
