// HTTP as `http_config` asks for it, and what an answer means.
//
// What would read files of this server or go through something else is refused when the definition is read:
// `*_file` settings, proxies, OAuth2.

import { createHash } from 'node:crypto';
import { ConfigError, type Plain } from '@ampere/alertmanager';
import { type HttpAnswer, type HttpTls, type Outbound, OutboundError } from '@ampere/outbound';
import { notSent, type Sent } from './sender.ts';
import { Settings } from './settings.ts';

/** What a request is made with besides itself. */
export interface HttpConfig {
  readonly authorization: string | undefined;
  readonly followRedirects: boolean;
  readonly tls: HttpTls;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TIMEOUT_MS = 30_000;
const REDIRECTS_MAX = 10;
/** What is told of an answer. */
const DETAILS_LENGTH_MAX = 512;
const UNSUPPORTED = [
  'proxy_url',
  'proxy_connect_header',
  'oauth2',
  'bearer_token_file',
  'no_proxy',
  'proxy_from_environment',
];

/** Reads `http_config`. Throws ConfigError. */
export function readHttpConfig(what: string, given: Plain): HttpConfig {
  if (given === null) return { authorization: undefined, followRedirects: true, tls: {} };
  const settings = new Settings(`${what}.http_config`, given);
  const basic = settings.section('basic_auth');
  const authorization = settings.section('authorization');
  const bearer = settings.text('bearer_token');
  const followRedirects = settings.boolean('follow_redirects', true);
  settings.plain('enable_http2');
  const tls = settings.section('tls_config');
  settings.end(UNSUPPORTED);
  if ([basic, authorization, bearer || undefined].filter((one) => one !== undefined).length > 1) {
    throw new ConfigError(
      'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured',
    );
  }
  let header: string | undefined;
  if (basic !== undefined) {
    const login = `${basic.text('username')}:${basic.text('password')}`;
    basic.end(['password_file', 'username_file']);
    header = `Basic ${Buffer.from(login).toString('base64')}`;
  }
  if (authorization !== undefined) {
    const type = authorization.text('type', 'Bearer').trim() || 'Bearer';
    if (type.toLowerCase() === 'basic') {
      throw new ConfigError('authorization type cannot be set to "basic", use "basic_auth" instead');
    }
    header = `${type} ${authorization.text('credentials')}`;
    authorization.end(['credentials_file']);
  }
  if (bearer !== '') header = `Bearer ${bearer}`;
  return { authorization: header, followRedirects, tls: tls === undefined ? {} : readTls(tls) };
}

function readTls(settings: Settings): HttpTls {
  const insecureSkipVerify = settings.boolean('insecure_skip_verify', false);
  const serverName = settings.text('server_name');
  const [ca, cert, key] = [settings.text('ca'), settings.text('cert'), settings.text('key')];
  settings.end(['ca_file', 'cert_file', 'key_file', 'min_version', 'max_version']);
  return {
    insecureSkipVerify,
    ...(serverName === '' ? {} : { serverName }),
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
  };
}

/**
 * Sends one request; `retryCodes` are tried again besides all of 5xx. `texts` is what is told of it where the
 * body holds a secret.
 */
export async function send(
  outbound: Outbound,
  config: HttpConfig,
  request: HttpRequest,
  options: {
    readonly retryCodes?: readonly number[];
    readonly texts?: Sent['texts'];
    readonly signal: AbortSignal;
  },
): Promise<Sent> {
  const texts = options.texts ?? { body: request.body };
  let answer: HttpAnswer;
  try {
    answer = await outbound.request({
      method: request.method,
      url: request.url,
      headers: {
        'user-agent': 'Alertmanager/0.25.0',
        ...(config.authorization === undefined ? {} : { authorization: config.authorization }),
        ...request.headers,
      },
      body: Buffer.from(request.body),
      timeoutMs: TIMEOUT_MS,
      redirectsMax: config.followRedirects ? REDIRECTS_MAX : 0,
      tls: config.tls,
      signal: options.signal,
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return notSent(error.message, error.kind === 'network', texts);
  }
  const { status, body } = answer;
  const details = Buffer.from(body).toString().slice(0, DETAILS_LENGTH_MAX).trim();
  const told = details === '' ? String(status) : `${status}: ${details}`;
  if (status >= 200 && status < 300) return { outcome: { ok: true }, texts, answer: told };
  const retry = status >= 500 || options.retryCodes?.includes(status) === true;
  const reason = `unexpected status code ${told}`;
  return { outcome: { ok: false, retry, reason }, texts, answer: told };
}

/** What Alertmanager tells receivers of a group: the SHA-256 of its key. */
export function groupHash(groupKey: string): string {
  return createHash('sha256').update(groupKey).digest('hex');
}
