// The query string and body of a request, read without the habits of web frameworks: repeated keys
// stay, `+` is a plus, a body that isn't UTF-8 is refused, `__proto__` is a key like any other.
import { cannotParse } from './errors.ts';

/**
 * Splits a query string into decoded keys with their values in order.
 *
 * @throws ApiError when an escape is malformed.
 */
export function parseQuery(search: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const part of search.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = decode(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : decode(part.slice(equals + 1));
    const values = query.get(key);
    if (values === undefined) query.set(key, [value]);
    else values.push(value);
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw cannotParse(`Malformed percent-encoding in the query string: ${text.slice(0, 100)}`);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON object in a body; no body at all is an object without members.
 *
 * @throws ApiError when it is no UTF-8, no JSON, or no object.
 */
export function parseBody(body: Uint8Array): object {
  if (body.length === 0) return {};
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw cannotParse('The request body is not valid UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw cannotParse(
      `The request body is not valid JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw cannotParse('The request body is not a JSON object');
  }
  return value;
}
