// The credential of a signature: whose key it is, and the day, region and service that it is good for.
//
// It is parsed for its form alone first; whether the scope fits this server is a second question, since
// a caller that serves several APIs looks at the service before it knows what to expect.

import { type Refused, refuse } from './refusals.ts';

/** `keyid/20150830/us-east-1/aps/aws4_request`, as the client wrote it: nothing here is checked yet. */
export interface Credential {
  readonly ok: true;
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  /** All but the access key id. */
  readonly scope: string;
}

/** IAM's own limit for access key ids. */
const ACCESS_KEY_ID_LENGTH_MAX = 128;

/** Divides a credential at its slashes. */
export function parseCredential(credential: string): Credential | Refused {
  const parts = credential.split('/', 6);
  const [accessKeyId, date, region, service, terminator] = parts;
  if (
    parts.length !== 5 ||
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    terminator === undefined
  ) {
    return refuse.credentialForm(credential);
  }
  if (accessKeyId === '' || accessKeyId.length > ACCESS_KEY_ID_LENGTH_MAX) return refuse.unknownKey();
  return {
    ok: true,
    accessKeyId,
    date,
    region,
    service,
    terminator,
    scope: credential.slice(accessKeyId.length + 1),
  };
}

/** What the scope has to say. */
export interface ExpectedScope {
  readonly region: string;
  readonly services: readonly string[];
  /** The moment that was signed. */
  readonly amzDate: string;
}

/** Refuses a scope that is not for this place and day; the answer names every part that is wrong. */
export function checkScope(credential: Credential, expected: ExpectedScope): Refused | undefined {
  const { amzDate, region, services } = expected;
  const date = amzDate.slice(0, 8);
  if (
    credential.region === region &&
    credential.terminator === 'aws4_request' &&
    credential.date === date &&
    services.includes(credential.service)
  ) {
    return undefined;
  }
  const sentences: string[] = [];
  const helps: string[] = [];
  if (credential.region !== region) {
    sentences.push('Credential should be scoped to a valid region.');
    helps.push(`scope region: got ${quoted(credential.region)}, expected '${region}'`);
  }
  if (!services.includes(credential.service)) {
    const names = services.map((name) => `'${name}'`).join(', ');
    sentences.push(`Credential should be scoped to correct service: ${names}.`);
    helps.push(`scope service: got ${quoted(credential.service)}, expected ${names}`);
  }
  if (credential.terminator !== 'aws4_request') {
    sentences.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not ${quoted(credential.terminator)}.`,
    );
    helps.push(`scope end: got ${quoted(credential.terminator)}, expected 'aws4_request'`);
  }
  if (credential.date !== date) {
    sentences.push(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `${quoted(credential.date)} != '${date}', from '${amzDate}'.`,
    );
    helps.push(`scope date: got ${quoted(credential.date)}, but the request is dated '${date}'`);
  }
  return refuse.scope(sentences, helps);
}

/** Quotes a part only when it looks like one, as a secret pasted at a wrong place doesn't. */
function quoted(part: string): string {
  return /^[a-z0-9_-]{1,32}$/.test(part) ? `'${part}'` : "'...'";
}
