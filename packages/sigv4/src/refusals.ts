// The catalogue of refusals: every way in which a signature is turned down, in one place.
//
// A refusal is a value, not an exception. It carries
// 1. what AWS answers: status, the name for `x-amzn-ErrorType`, and the message in the words that
//    Amazon API Gateway and its siblings use (SDKs parse some of them, for example to correct the
//    clock);
// 2. `help`: one line of our own for the response header `x-ampere-signature-help`, which says which
//    part differed. It never holds a secret, a token, an access key id or the signature we expected
//    (a secret pasted in the place of the id must not come back), and it is safe in a header: ASCII,
//    no line breaks, bounded.
//
// The messages that quote what the client sent quote an `Authorization` header only when it is an
// AWS4 one; of any other (a password, a bearer token) they show a hash, as AWS came to do.
import { hash } from 'node:crypto';
import { formatAmzDate } from './amz-date.ts';

export type SignatureErrorType =
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'
  | 'InvalidSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException';

/** Why a request is not accepted as signed; see the head of this file. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly errorType: SignatureErrorType;
  /** AWS's words, for the body. May quote what the client sent, so not for a header. */
  readonly message: string;
  /** Our one line for `x-ampere-signature-help`. */
  readonly help: string;
}

/** What a step that can refuse gives back when it does. */
export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

/** The longest `help`; a proxy's header buffer is far larger. */
export const HELP_LENGTH_MAX = 400;

/** The longest quotation of something that the client sent, in characters. */
const QUOTE_LENGTH_MAX = 2048;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** Makes any text fit for a response header: printable ASCII, no quotes within quotes to escape, cut. */
export function headerSafe(text: string, lengthMax = HELP_LENGTH_MAX): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length <= lengthMax ? printable : `${printable.slice(0, lengthMax - 3)}...`;
}

function refused(
  errorType: SignatureErrorType,
  message: string,
  help: string,
  status: 400 | 403 = 403,
): Refused {
  return { ok: false, refusal: { status, errorType, message, help: headerSafe(help) } };
}

function quote(text: string): string {
  return text.length <= QUOTE_LENGTH_MAX ? text : `${text.slice(0, QUOTE_LENGTH_MAX)}...`;
}

/** A hash in the form in which AWS shows what it doesn't want to repeat. */
function hashed(text: string): string {
  return hash('sha256', text, 'base64');
}

/** An Authorization header as an error text may show it. */
function quoteAuthorization(header: string): string {
  if (header.startsWith('AWS4-')) return quote(header);
  const blank = header.search(/[ \t]/);
  return blank < 0 ? hashed(header) : `${quote(header.slice(0, blank))} ${hashed(header.slice(blank + 1))}`;
}

export const refuse = {
  missingSignature(): Refused {
    return refused(
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
      'the request is not signed: it has neither an Authorization header nor X-Amz-Signature in its query',
    );
  },

  tooLong(what: string, lengthMax: number): Refused {
    return refused(
      'IncompleteSignatureException',
      `The ${what} is too long. It must have at most ${lengthMax} characters.`,
      `${what}: longer than ${lengthMax} characters`,
      400,
    );
  },

  signedTwice(): Refused {
    return refused(
      'InvalidSignatureException',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      'the request is signed both in its Authorization header and in its query; send one of them',
    );
  },

  repeated(what: string): Refused {
    return refused(
      'IncompleteSignatureException',
      `The request has more than one ${what}. Send it once.`,
      `${what}: sent more than once, so it is not clear what was signed`,
    );
  },

  noKeyValue(part: string, header: string): Refused {
    const shown = header.startsWith('AWS4-') ? quote(part) : hashed(part);
    return refused(
      'IncompleteSignatureException',
      `'${shown}' not a valid key=value pair (missing equal-sign) in Authorization header: ` +
        `'${quoteAuthorization(header)}'.`,
      'Authorization header: a part without an equal sign; it reads ' +
        'AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...',
    );
  },

  incompleteHeader(missing: readonly string[], dateMissing: boolean, header: string): Refused {
    const sentences = missing.map((name) => `Authorization header requires '${name}' parameter. `);
    if (dateMissing) {
      sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    const lacking = dateMissing ? [...missing, 'an x-amz-date header'] : missing;
    return refused(
      'IncompleteSignatureException',
      `${sentences.join('')}Authorization=${quoteAuthorization(header)}`,
      `Authorization header: lacks ${lacking.join(', ')}`,
    );
  },

  incompleteQuery(missing: readonly string[]): Refused {
    const sentences = missing.map((name) => `AWS query-string parameters must include '${name}'. `);
    return refused(
      'IncompleteSignatureException',
      `${sentences.join('')}Re-examine the query-string parameters.`,
      `presigned query: lacks ${missing.join(', ')}`,
    );
  },

  algorithm(name: string): Refused {
    const shown = headerSafe(name, 64);
    return refused(
      'IncompleteSignatureException',
      `Unsupported AWS 'algorithm': '${shown}'`,
      `algorithm: ${shown}, but only AWS4-HMAC-SHA256 is taken`,
    );
  },

  dateForm(text: string): Refused {
    const shown = headerSafe(text, 64);
    return refused(
      'IncompleteSignatureException',
      `Date must be in ISO-8601 'basic format'. Got '${shown}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      `date: '${shown}' is not of the form 20150830T123600Z`,
    );
  },

  credentialForm(credential: string): Refused {
    return refused(
      'IncompleteSignatureException',
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
        `got (hashed with SHA-256 and encoded with Base64) '${hashed(credential)}'`,
      `Credential: ${credential.split('/').length} parts instead of 5 (keyid/date/region/service/aws4_request)`,
    );
  },

  signatureForm(): Refused {
    return refused('InvalidSignatureException', MISMATCH, 'Signature: not 64 lower-case hexadecimal digits');
  },

  signedHeadersForm(problem: string): Refused {
    return refused('InvalidSignatureException', MISMATCH, `SignedHeaders: ${problem}`);
  },

  hostNotSigned(): Refused {
    return refused(
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      'SignedHeaders: host is not among them',
    );
  },

  expiresForm(message: string): Refused {
    return refused('IncompleteSignatureException', message, 'X-Amz-Expires: not a number from 1 to 604800');
  },

  expired(signedAtMs: number, nowMs: number, windowSeconds: number, presigned: boolean): Refused {
    const window = windowSeconds % 60 === 0 ? `${windowSeconds / 60} min.` : `${windowSeconds} sec.`;
    const earliest = formatAmzDate(nowMs - windowSeconds * 1000);
    const ageSeconds = Math.round((nowMs - signedAtMs) / 1000);
    return refused(
      'InvalidSignatureException',
      `Signature expired: ${formatAmzDate(signedAtMs)} is now earlier than ${earliest} ` +
        `(${formatAmzDate(nowMs)} - ${window})`,
      presigned
        ? `expired: presigned ${ageSeconds} s ago for ${windowSeconds} s`
        : `clock skew: signed ${ageSeconds} s before this server's time, at most ${windowSeconds} s are allowed`,
    );
  },

  notYetCurrent(signedAtMs: number, nowMs: number, windowSeconds: number): Refused {
    const latest = formatAmzDate(nowMs + windowSeconds * 1000);
    const aheadSeconds = Math.round((signedAtMs - nowMs) / 1000);
    return refused(
      'InvalidSignatureException',
      `Signature not yet current: ${formatAmzDate(signedAtMs)} is still later than ${latest} ` +
        `(${formatAmzDate(nowMs)} + ${windowSeconds / 60} min.)`,
      `clock skew: signed ${aheadSeconds} s after this server's time, at most ${windowSeconds} s are allowed`,
    );
  },

  /** Each sentence names one part of the scope that is wrong; `helps` says the same in our words. */
  scope(sentences: readonly string[], helps: readonly string[]): Refused {
    return refused('InvalidSignatureException', sentences.join(' '), helps.join('; '));
  },

  unknownKey(): Refused {
    return refused(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'access key id: not known here, or no longer active',
    );
  },

  sessionToken(help: string): Refused {
    return refused(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      `session token: ${help}`,
    );
  },

  sessionExpired(secondsAgo: number): Refused {
    return refused(
      'ExpiredTokenException',
      'The security token included in the request is expired',
      `session token: expired ${secondsAgo} s ago`,
    );
  },

  mismatch(help: string): Refused {
    return refused('InvalidSignatureException', MISMATCH, help);
  },
};
