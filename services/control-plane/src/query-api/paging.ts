// Lists page by page: Marker, MaxItems, IsTruncated. A marker holds the key of the last entry that was
// given, so what comes and goes between pages makes nothing come twice or be left out.

import { text } from './members.ts';
import { validationError } from './query-error.ts';

export const PAGE_MEMBERS = {
  Marker: text(1, 1024, /^[\u0020-\u00FF]+$/, '[\\u0020-\\u00FF]+'),
  MaxItems: { type: 'integer', min: 1, max: 1000 },
} as const;

export interface PageInput {
  readonly Marker: string | undefined;
  readonly MaxItems: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

const ITEMS_DEFAULT = 100;

/** The key after which the page begins; empty for the first. @throws QueryError for no marker of ours. */
export function pageStart({ Marker }: PageInput): string {
  if (Marker === undefined) return '';
  const key = Buffer.from(Marker, 'base64url').toString();
  if (key === '' || Buffer.from(key).toString('base64url') !== Marker)
    throw validationError('Invalid Marker.');
  return key;
}

/**
 * One page of what `fetch` gives: entries after a key in the order of their keys, at most `limit`. One
 * more than a page is fetched, to know whether there is another.
 */
export function page<T>(
  input: PageInput,
  fetch: (after: string, limit: number) => readonly T[],
  keyOf: (item: T) => string,
): Page<T> {
  const size = input.MaxItems ?? ITEMS_DEFAULT;
  const found = fetch(pageStart(input), size + 1);
  const items = found.slice(0, size);
  if (found.length <= size) return { items, IsTruncated: false, Marker: undefined };
  const Marker = Buffer.from(keyOf(items.at(-1)!)).toString('base64url');
  return { items, IsTruncated: true, Marker };
}

/** One page of a whole list, which needs no order. */
export function pageOf<T>(input: PageInput, all: readonly T[], keyOf: (item: T) => string): Page<T> {
  const sorted = all
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const { items, ...rest } = page(
    input,
    (after, limit) => sorted.filter(({ key }) => key > after).slice(0, limit),
    ({ key }) => key,
  );
  return { items: items.map(({ item }) => item), ...rest };
}
