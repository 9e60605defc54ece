// Publishes to SNS, or to whatever speaks its API, as Alertmanager's SNS receiver with the AWS SDK does.
//
// 1. With a role, temporary credentials are fetched from STS first and kept until shortly before they end.
// 2. The request is signed and sent; when it fails in a way that may pass, up to three more times, after
//    pauses that double: from 30–60 ms, or from half a second when the service is overloaded.
// 3. The last answer decides whether the caller's own retrying makes sense: on 5xx and on failures of the
//    network it does, on every other refusal not.

import { createHash } from 'node:crypto';
import { type HttpAnswer, type Outbound, OutboundError } from '@ampere/outbound';
import { type Clock, pause, type Random } from '@ampere/platform';
import { type SigningCredentials, signUrl } from '@ampere/sigv4';
import { regionOf } from '../arn.ts';
import { fitForSns, type OutgoingMessage, publishForm } from './outgoing-message.ts';
import { errorOf, memberOf } from './xml-members.ts';

export interface SnsClientOptions {
  /** For requests to addresses that a tenant chose. */
  readonly outbound: Outbound;
  /** For requests to addresses of the configuration, or of AWS. */
  readonly trusted: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  /** Where to publish unless the request says otherwise; undefined: AWS in the region. */
  readonly endpoint?: string | undefined;
  /** Used when a request brings none; undefined: such a request fails. */
  readonly credentials?: SigningCredentials | undefined;
  /** Used when neither the request nor its ARN has one. */
  readonly region: string;
}

/** Who publishes and where, in the terms of an `sns_configs` block; empty texts are absent. */
export interface PublishIdentity {
  readonly apiUrl: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly roleArn: string;
}

export type PublishOutcome =
  | { readonly ok: true; readonly messageId: string }
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };

const ATTEMPTS_MAX = 4;
const PAUSE_MS = 30;
const PAUSE_OVERLOADED_MS = 500;
const TIMEOUT_MS = 30_000;
const OVERLOADED: readonly number[] = [429, 502, 503, 504];
const OVERLOADED_CODES =
  /^(Throttling|ThrottlingException|Throttled|RequestLimitExceeded|TooManyRequestsException)$/;
/** Temporary credentials are fetched anew so long before they end. */
const EXPIRY_MARGIN_MS = 60_000;
const ROLES_MAX = 1000;

interface Place {
  readonly url: string;
  readonly region: string;
  readonly outbound: Outbound;
}

type Sent =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };

export class SnsClient {
  readonly #options: SnsClientOptions;
  readonly #roles = new Map<string, { credentials: SigningCredentials; expiresAtMs: number }>();

  constructor(options: SnsClientOptions) {
    this.#options = options;
  }

  /** One publication with the SDK's own attempts. Never rejects for faults of the world. */
  async publish(
    message: OutgoingMessage,
    identity: PublishIdentity,
    signal: AbortSignal,
  ): Promise<PublishOutcome> {
    const place = this.#placeOf(message, identity);
    if (!URL.canParse(place.url)) return { ok: false, retry: false, reason: 'api_url is not a URL' };
    const found = await this.#credentials(identity, place.region, signal);
    if ('ok' in found) return found;
    const sent = await this.#send(place, 'sns', publishForm(fitForSns(message)), found, signal);
    if (!sent.ok) return sent;
    return { ok: true, messageId: memberOf(sent.text, 'MessageId') ?? '' };
  }

  #placeOf({ target }: OutgoingMessage, { apiUrl, region: given }: PublishIdentity): Place {
    const { endpoint, outbound, trusted } = this.#options;
    const arn = target.kind === 'phone' ? '' : target.arn;
    const region = given || regionOf(arn) || this.#options.region;
    if (apiUrl !== '') return { url: apiUrl, region, outbound };
    return { url: endpoint ?? `https://sns.${domainOf(region)}/`, region, outbound: trusted };
  }

  async #credentials(
    identity: PublishIdentity,
    region: string,
    signal: AbortSignal,
  ): Promise<SigningCredentials | (Sent & { ok: false })> {
    const own =
      identity.accessKey === ''
        ? this.#options.credentials
        : { accessKeyId: identity.accessKey, secretAccessKey: identity.secretKey };
    if (own === undefined) {
      return {
        ok: false,
        retry: false,
        reason: 'no credentials: neither sigv4.access_key nor sns.access_key_id is set',
      };
    }
    return identity.roleArn === '' ? own : this.#assume(own, identity.roleArn, region, signal);
  }

  async #assume(
    own: SigningCredentials,
    roleArn: string,
    region: string,
    signal: AbortSignal,
  ): Promise<SigningCredentials | (Sent & { ok: false })> {
    const { clock, trusted } = this.#options;
    const key = `${own.accessKeyId} ${createHash('sha256').update(own.secretAccessKey).digest('hex')} ${roleArn}`;
    const kept = this.#roles.get(key);
    if (kept !== undefined && kept.expiresAtMs - EXPIRY_MARGIN_MS > clock.nowMs()) return kept.credentials;
    const form = new URLSearchParams({
      Action: 'AssumeRole',
      RoleArn: roleArn,
      RoleSessionName: `ampere-${Math.round(clock.nowMs())}`,
      Version: '2011-06-15',
    });
    const place = { url: `https://sts.${domainOf(region)}/`, region, outbound: trusted };
    const sent = await this.#send(place, 'sts', form.toString(), own, signal);
    if (!sent.ok) return { ...sent, reason: `assuming ${roleArn}: ${sent.reason}` };
    const member = (name: string) => memberOf(sent.text, name) ?? '';
    const credentials = {
      accessKeyId: member('AccessKeyId'),
      secretAccessKey: member('SecretAccessKey'),
      sessionToken: member('SessionToken'),
    };
    const expiresAtMs = Date.parse(member('Expiration'));
    if (credentials.accessKeyId === '' || Number.isNaN(expiresAtMs)) {
      return { ok: false, retry: true, reason: `assuming ${roleArn}: an answer without credentials` };
    }
    if (this.#roles.size >= ROLES_MAX) this.#roles.clear();
    this.#roles.set(key, { credentials, expiresAtMs });
    return credentials;
  }

  async #send(
    place: Place,
    service: string,
    form: string,
    credentials: SigningCredentials,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { clock, random } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const { sent, overloaded } = await this.#attempt(place, service, form, credentials, signal);
      if (sent.ok || attempt === ATTEMPTS_MAX || signal.aborted) return sent;
      if (!sent.retry && !overloaded) return sent;
      const leastMs = overloaded ? PAUSE_OVERLOADED_MS : PAUSE_MS;
      await pause(clock, (leastMs + random.integer(leastMs)) * 2 ** (attempt - 1), signal);
    }
  }

  async #attempt(
    place: Place,
    service: string,
    form: string,
    credentials: SigningCredentials,
    signal: AbortSignal,
  ): Promise<{ sent: Sent; overloaded: boolean }> {
    const { clock } = this.#options;
    const body = Buffer.from(form);
    const request = {
      method: 'POST',
      url: place.url,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    };
    let answer: HttpAnswer;
    try {
      const headers = signUrl(request, { credentials, region: place.region, service, clock });
      answer = await place.outbound.request({ ...request, headers, timeoutMs: TIMEOUT_MS, signal });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return {
        sent: { ok: false, retry: error.kind === 'network', reason: error.message },
        overloaded: false,
      };
    }
    const text = Buffer.from(answer.body).toString();
    if (answer.status >= 200 && answer.status < 300) return { sent: { ok: true, text }, overloaded: false };
    const { code, message } = errorOf(text);
    const what = [code, message].filter((part) => part !== '').join(': ');
    const reason = `unexpected status code ${answer.status}${what === '' ? '' : `: ${what}`}`;
    const overloaded = OVERLOADED.includes(answer.status) || OVERLOADED_CODES.test(code);
    return { sent: { ok: false, retry: answer.status >= 500, reason }, overloaded };
  }
}

/** AWS' names in a region: China has a domain of its own. */
function domainOf(region: string): string {
  return `${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
