import { trimBlanks } from './canonical-request.ts';
import { type Refused, refuse } from './refusals.ts';

/** The three parameters of an Authorization header, as they were written. */
export interface AuthorizationHeader {
  readonly ok: true;
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

/** Room for every header name of a request that Node.js takes. */
const AUTHORIZATION_LENGTH_MAX = 16_384;

const PARAMETERS = ['Credential', 'Signature', 'SignedHeaders'] as const;

/**
 * Reads `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`: the parameters in any
 * order, divided by commas, with or without blanks around them. `dateMissing` goes into the error
 * text, which names everything that is missing at once.
 */
export function parseAuthorizationHeader(
  header: string,
  dateMissing: boolean,
): AuthorizationHeader | Refused {
  if (header.length > AUTHORIZATION_LENGTH_MAX) {
    return refuse.tooLong('Authorization header', AUTHORIZATION_LENGTH_MAX);
  }
  const blank = header.search(/[ \t]/);
  const algorithm = blank < 0 ? header : header.slice(0, blank);
  const found = new Map<string, string>();
  if (blank >= 0) {
    for (const part of header.slice(blank).split(',')) {
      const pair = trimBlanks(part);
      const equals = pair.indexOf('=');
      if (equals < 0) return refuse.noKeyValue(pair, header);
      const name = pair.slice(0, equals);
      if (found.has(name)) return refuse.repeated('parameter of the same name in the Authorization header');
      found.set(name, pair.slice(equals + 1));
    }
  }
  const missing = PARAMETERS.filter((name) => !found.get(name));
  if (missing.length > 0 || dateMissing) return refuse.incompleteHeader(missing, dateMissing, header);
  return {
    ok: true,
    algorithm,
    credential: found.get('Credential')!,
    signedHeaders: found.get('SignedHeaders')!,
    signature: found.get('Signature')!,
  };
}
