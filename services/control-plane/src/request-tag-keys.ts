import type { ControlPlaneRequest } from '@ampere/contracts';
import { ApiError } from './errors.ts';
import type { AnyOperation } from './operation.ts';
import { parseBody, parseQuery } from './request-parts.ts';

export type TagRequest = Omit<ControlPlaneRequest, 'principal'>;

/**
 * What policies see of the tags in a request: `aws:RequestTag/…` and `aws:TagKeys`. Asked for before the request
 * is validated; what can't be read gives no keys, and is refused by validation before it has any effect.
 */
export function requestTagKeys(
  { members }: AnyOperation,
  { search, body }: TagRequest,
): Map<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  const placeOf = (name: string) => members.find((member) => member.name === name)?.place;
  try {
    if (placeOf('tags') === 'body') {
      const { tags } = parseBody(body) as { tags?: unknown };
      const entries = typeof tags === 'object' && tags !== null ? Object.entries(tags) : [];
      for (const [key, value] of entries) keys.set(`aws:RequestTag/${key}`, [String(value)]);
      if (entries.length > 0)
        keys.set(
          'aws:TagKeys',
          entries.map(([key]) => key),
        );
    }
    if (placeOf('tagKeys') === 'query') keys.set('aws:TagKeys', parseQuery(search).get('tagKeys') ?? []);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return keys;
}
