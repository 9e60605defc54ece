import type { OperationContext } from '../operation.ts';
import { PAGE_SIZE_DEFAULT } from '../page-tokens.ts';

interface PageInput {
  readonly nextToken: string | undefined;
  readonly maxResults: number | undefined;
}

/**
 * One page of a list, and the token of the next one when there is more.
 *
 * @param list the operation and everything that decides which entries it lists, but for the page size.
 * @param read up to so many entries after a position, in order; 0 is before the first.
 * @throws ApiError when the token wasn't given for this list.
 */
export function readPage<E extends { readonly position: number }>(
  list: readonly string[],
  { nextToken, maxResults = PAGE_SIZE_DEFAULT }: PageInput,
  { pages }: OperationContext,
  read: (after: number, limit: number) => readonly E[],
): { readonly page: readonly E[]; readonly more: { readonly nextToken?: string } } {
  const found = read(pages.read(list, nextToken), maxResults + 1);
  const page = found.slice(0, maxResults);
  const last = page.at(-1);
  const more = last !== undefined && found.length > page.length;
  return { page, more: more ? { nextToken: pages.issue(list, last.position) } : {} };
}
