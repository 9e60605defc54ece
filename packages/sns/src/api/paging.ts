import { invalid } from '../topics/errors.ts';

/** SNS lists so many at a time. */
export const PAGE_SIZE = 100;

/** The key after which the page begins. Throws SnsError for a token that isn't ours. */
export function pageStart(token: string | undefined): string {
  if (token === undefined || token === '') return '';
  const key = Buffer.from(token, 'base64url').toString();
  if (!key.startsWith('after ') || Buffer.from(key).toString('base64url') !== token)
    throw invalid('NextToken');
  return key.slice('after '.length);
}

/** The page, and the token of the one after it when there is one; `items` has one more than the page if so. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): { page: readonly T[]; next: string | undefined } {
  if (items.length <= PAGE_SIZE) return { page: items, next: undefined };
  const page = items.slice(0, PAGE_SIZE);
  return { page, next: Buffer.from(`after ${keyOf(page.at(-1)!)}`).toString('base64url') };
}
