// IPv4 and IPv6 addresses and ranges in CIDR form, as the operators IpAddress and NotIpAddress take them.
// An address is its 16-bit groups: two for IPv4, eight for IPv6; an IPv4 address written as
// `::ffff:a.b.c.d` is IPv4.

export type IpAddress = readonly number[];

export interface IpRange {
  readonly address: IpAddress;
  readonly prefixBits: number;
}

export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** An address without a prefix length is a range of one. Undefined when it is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = address.length * 16;
  if (slash === -1) return { address, prefixBits: bits };
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits) || Number(digits) > 128) return undefined;
  // `::ffff:10.0.0.0/104` counts the 96 bits in front of the IPv4 address.
  const mapped = bits === 32 && text.includes(':');
  const prefixBits = Number(digits) - (mapped ? 96 : 0);
  return prefixBits < 0 || prefixBits > bits ? undefined : { address, prefixBits };
}

export function ipRangeContains(range: IpRange, address: IpAddress): boolean {
  if (range.address.length !== address.length) return false;
  let left = range.prefixBits;
  for (let i = 0; left > 0; i++, left -= 16) {
    const differing = range.address[i]! ^ address[i]!;
    if (left >= 16 ? differing !== 0 : differing >>> (16 - left) !== 0) return false;
  }
  return true;
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return [bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!];
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const mapped = groups.every((group, i) => (i < 5 ? group === 0 : i > 5 || group === 0xffff));
  return mapped ? groups.slice(6) : groups;
}

/** The last group of an address may be an IPv4 address, which is two groups. */
function parseGroups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = atEnd && i === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      groups.push(...v4);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
