// HTTP requests that leave the server on a tenant's behalf.
//
// 1. The host is resolved once, and every address is asked of the policy; one that is forbidden refuses
//    the request, so that a name with a good and a bad address is of no use.
// 2. The connection goes to an address that was judged, whatever the name says by then (DNS rebinding).
// 3. A redirect is another request: the same questions again, at most `redirectsMax` of them, as Go's
//    client follows them (a POST becomes a GET but for 307 and 308), and without credentials elsewhere.
// 4. The time is bounded as a whole, the answer in bytes; more than that is cut off.
//
// No proxy is used, and no connection is kept: notifications are few, and each may go somewhere else.

import { promises as dns, type LookupAddress } from 'node:dns';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '@ampere/platform';
import type { AddressPolicy } from './address-policy.ts';
import { OutboundError } from './errors.ts';

export interface OutboundOptions {
  readonly policy: AddressPolicy;
  readonly clock: Clock;
  /** The addresses of a name; the system's resolver when it isn't given. */
  readonly lookup?: (host: string) => Promise<readonly LookupAddress[]>;
}

export interface HttpTls {
  /** PEM; instead of the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface OutboundRequest {
  readonly method: string;
  /** http or https; without user information. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the whole exchange. */
  readonly timeoutMs: number;
  /** More of the answer's body than this isn't read. */
  readonly answerBytesMax?: number;
  readonly redirectsMax?: number;
  readonly tls?: HttpTls;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning, when it is longer than was asked for. */
  readonly body: Uint8Array;
}

const ANSWER_BYTES_MAX = 64 * 1024;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const CREDENTIAL_HEADERS = /^(authorization|cookie|proxy-authorization)$/i;

export class Outbound {
  readonly #policy: AddressPolicy;
  readonly #clock: Clock;
  readonly #lookup: (host: string) => Promise<readonly LookupAddress[]>;

  constructor(options: OutboundOptions) {
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#lookup = options.lookup ?? ((host) => dns.lookup(host, { all: true }));
  }

  /**
   * Resolves to the answer, whatever its status. Throws OutboundError: `refused` for an address or URL
   * that isn't allowed, `network` for everything that another attempt may cure.
   */
  async request(request: OutboundRequest): Promise<HttpAnswer> {
    const deadline = new AbortController();
    const timer = this.#clock.after(request.timeoutMs, () => deadline.abort());
    const abort = () => deadline.abort();
    if (request.signal?.aborted === true) deadline.abort();
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      return await this.#follow(request, deadline.signal);
    } finally {
      timer.cancel();
      request.signal?.removeEventListener('abort', abort);
    }
  }

  /** An address of the host that the policy allows. Throws OutboundError. */
  async resolve(host: string): Promise<LookupAddress> {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(bare);
    const addresses = family === 0 ? await this.#addressesOf(bare) : [{ address: bare, family }];
    for (const { address } of addresses) {
      if (!this.#policy.allows(address)) {
        throw new OutboundError(
          'refused',
          `${host} has an address that may not be reached (see outbound in the configuration)`,
        );
      }
    }
    return addresses[0]!;
  }

  async #addressesOf(name: string): Promise<readonly LookupAddress[]> {
    let addresses: readonly LookupAddress[];
    try {
      addresses = await this.#lookup(name);
    } catch (error) {
      throw new OutboundError('network', `${name} can not be resolved: ${reasonOf(error)}`, { cause: error });
    }
    if (addresses.length === 0) throw new OutboundError('network', `${name} has no address`);
    return addresses;
  }

  async #follow(first: OutboundRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const url = parseUrl(request.url);
      const answer = await this.#once(request, url, signal);
      const { location } = answer.headers;
      const isFollowed = REDIRECTS.includes(answer.status) && redirects < (first.redirectsMax ?? 0);
      if (!isFollowed || typeof location !== 'string') return answer;
      request = redirected(request, url, location, answer.status);
    }
  }

  async #once(request: OutboundRequest, url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    const pinned = await untilAborted(this.resolve(url.hostname), signal, url.hostname);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        const reason = signal.aborted ? 'no answer in time' : reasonOf(error);
        reject(
          error instanceof OutboundError
            ? error
            : new OutboundError('network', `${url.host}: ${reason}`, { cause: error }),
        );
      };
      let outgoing: ClientRequest;
      try {
        outgoing = send(request, url, pinned, signal);
      } catch (error) {
        // A header or method that can't be written.
        reject(new OutboundError('refused', `${url.host}: ${reasonOf(error)}`, { cause: error }));
        return;
      }
      outgoing.once('error', fail);
      outgoing.once('response', (response) =>
        readAnswer(response, request.answerBytesMax ?? ANSWER_BYTES_MAX).then(resolve, fail),
      );
      outgoing.end(request.body);
    });
  }
}

function send(request: OutboundRequest, url: URL, pinned: LookupAddress, signal: AbortSignal): ClientRequest {
  const { tls = {}, body } = request;
  const lookup: LookupFunction = (_name, options, callback) =>
    options.all === true ? callback(null, [pinned]) : callback(null, pinned.address, pinned.family);
  const options: RequestOptions = {
    method: request.method,
    headers: { ...request.headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
    agent: false,
    lookup,
    signal,
    maxHeaderSize: 16 * 1024,
  };
  if (url.protocol === 'http:') return httpRequest(url, options);
  return httpsRequest(url, {
    ...options,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: tls.insecureSkipVerify !== true,
  });
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    // Leaving the loop ends the connection.
    if (bytes >= bytesMax) break;
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(pieces).subarray(0, bytesMax),
  };
}

function redirected(request: OutboundRequest, from: URL, location: string, status: number): OutboundRequest {
  if (!URL.canParse(location, from.href))
    throw new OutboundError('network', `${from.host}: a redirect that leads nowhere`);
  const to = new URL(location, from.href);
  const keepsBody = status === 307 || status === 308;
  const { body, headers = {}, method, ...rest } = request;
  const kept = Object.entries(headers).filter(
    ([name]) =>
      (keepsBody || !/^content-/i.test(name)) && (to.host === from.host || !CREDENTIAL_HEADERS.test(name)),
  );
  return {
    ...rest,
    url: to.href,
    method: keepsBody || method === 'HEAD' ? method : 'GET',
    headers: Object.fromEntries(kept),
    ...(keepsBody && body !== undefined ? { body } : {}),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new OutboundError('refused', 'not an http or https URL');
  }
  return url;
}

/** A look-up can't be stopped, but it needn't be waited for. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal, host: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new OutboundError('network', `${host}: no answer in time`));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}
