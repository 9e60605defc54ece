// An engine elsewhere: a Cortex or Mimir cluster behind one URL.
//
// Paths are Cortex' own, so a request is passed on as it is, with the tenant in X-Scope-OrgID. Bodies are
// streamed in both directions; a body that nobody reads any more ends its connection.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { EngineClient, EngineRequest, EngineResponse, RulesNamespaceFile } from '@ampere/contracts';
import { CortexDefinitions } from './cortex-definitions.ts';
import { EngineUnavailableError } from './port-client.ts';

const SOCKETS_MAX = 256;
/** Without a byte for so long, the far engine is given up. */
const IDLE_TIMEOUT_MS = 120_000;
const DELETE_PATH = '/purger/delete_tenant';

/** Headers of one connection, which must not be passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export class HttpEngineClient implements EngineClient {
  readonly #base: URL;
  readonly #agent: HttpAgent;
  readonly #definitions: CortexDefinitions;
  readonly #inFlight = new Set<Promise<unknown>>();
  #isStopping = false;

  /**
   * @param baseUrl for example `http://mimir:8080`, or with a path in front of Cortex' own
   * @param onFailure told of rules and definitions that could not be carried over
   */
  constructor(baseUrl: string, onFailure: (error: unknown) => void = () => undefined) {
    this.#base = new URL(baseUrl);
    const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    this.#definitions = new CortexDefinitions(async (method, path, tenant, body) => {
      const headers = { 'x-scope-orgid': tenant, 'content-type': 'application/yaml' };
      const response = await this.#send(method, path, headers, new TextEncoder().encode(body), undefined);
      response.resume();
      return response.statusCode ?? 502;
    }, onFailure);
  }

  async request(request: EngineRequest): Promise<EngineResponse> {
    if (this.#isStopping) throw new EngineUnavailableError('the server is stopping');
    const search = request.search === '' ? '' : `?${request.search}`;
    const headers = {
      ...request.headers,
      'x-scope-orgid': request.tenant,
      'x-request-id': request.requestId,
    };
    const response = await this.#send(
      request.method,
      `${request.path}${search}`,
      headers,
      request.body,
      request.signal,
    );
    return { status: response.statusCode ?? 502, headers: passedOn(response), body: response };
  }

  /** A tenant is there as soon as it is written to. */
  async createTenant(): Promise<void> {}

  async deleteTenant(tenant: string): Promise<void> {
    const headers = { 'x-scope-orgid': tenant };
    const response = await this.#send('POST', DELETE_PATH, headers, new Uint8Array(0), undefined);
    response.resume();
    const status = response.statusCode ?? 502;
    if (status >= 300 && status !== 404) {
      throw new EngineUnavailableError(`the engine answered ${status} to the deletion of a workspace`);
    }
  }

  /** Retention and limits are set where that engine is. */
  settingsChanged(): void {}

  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void {
    this.#definitions.rulesChanged(workspaceId, namespaces);
  }

  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void {
    this.#definitions.alertManagerChanged(workspaceId, definition);
  }

  /** Its limits are its own. */
  async setLimits(): Promise<void> {}

  /** None: the far engine is scraped where it is. */
  async metricsText(): Promise<string> {
    return '';
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#definitions.settled();
    await Promise.allSettled(this.#inFlight);
    this.#agent.destroy();
  }

  #send(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = send(
        {
          protocol: this.#base.protocol,
          hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
          port: this.#base.port,
          method,
          // The target is passed on as it is, still encoded.
          path: `${this.#base.pathname.replace(/\/$/, '')}${target}`,
          headers: { ...headers, 'content-length': String(body.length) },
          agent: this.#agent,
          timeout: IDLE_TIMEOUT_MS,
          ...(signal === undefined ? {} : { signal }),
        },
        (response) => {
          const ended = new Promise<void>((done) => response.once('close', done));
          this.#track(ended);
          resolve(response);
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', (error) =>
        reject(new EngineUnavailableError(`the engine can not be reached: ${error.message}`)),
      );
      outgoing.end(body);
    });
    this.#track(sent);
    return sent;
  }

  #track(work: Promise<unknown>): void {
    this.#inFlight.add(work);
    const forget = (): void => void this.#inFlight.delete(work);
    work.then(forget, forget);
  }
}

function passedOn(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
