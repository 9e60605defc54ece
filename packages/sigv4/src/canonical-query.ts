import { decodeComponent, reencodeComponent } from './uri-encoding.ts';

/** One parameter of a query, key and value strictly encoded. */
export interface QueryPair {
  readonly key: string;
  readonly value: string;
}

/** Which form of keys and values decides their order; see `canonicalQuery`. */
export type QueryOrder = 'encoded' | 'decoded';

/**
 * The parameters of a raw query (without the question mark) in the order in which they were sent.
 * A parameter without an equal sign has a blank value; empty places between ampersands don't count.
 */
export function parseQuery(rawQuery: string): QueryPair[] {
  const pairs: QueryPair[] = [];
  if (rawQuery === '') return pairs;
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    pairs.push(
      equals < 0
        ? { key: reencodeComponent(part), value: '' }
        : { key: reencodeComponent(part.slice(0, equals)), value: reencodeComponent(part.slice(equals + 1)) },
    );
  }
  return pairs;
}

/**
 * The query as it is signed: sorted by key, then by value.
 *
 * AWS sorts the encoded forms. The Go SDKs sort before they encode, which differs when a character
 * that has to be encoded meets one that hasn't, as in `match[]=up&match[]={job="a"}`: both orders hold
 * the same parameters, so a verifier may take either.
 */
export function canonicalQuery(pairs: readonly QueryPair[], order: QueryOrder = 'encoded'): string {
  if (pairs.length === 0) return '';
  const sorted = pairs.length === 1 ? pairs : [...pairs].sort(order === 'encoded' ? byEncoded : byDecoded);
  let query = '';
  for (const { key, value } of sorted) query += `${query === '' ? '' : '&'}${key}=${value}`;
  return query;
}

function byEncoded(a: QueryPair, b: QueryPair): number {
  return compare(a.key, b.key) || compare(a.value, b.value);
}

function byDecoded(a: QueryPair, b: QueryPair): number {
  return (
    compare(decodeComponent(a.key), decodeComponent(b.key)) ||
    compare(decodeComponent(a.value), decodeComponent(b.value))
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
