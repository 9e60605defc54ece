// The HTTP server: takes connections and requests, hands each to where it belongs, counts and logs it.
//
// 1. A request gets an id and an Exchange. Its framing is checked again where node is more patient than
//    a server behind proxies should be: one Host, no transfer coding but chunked.
// 2. Data-plane paths are found by one look-up on the raw target and served here; everything else goes
//    through express (management.ts).
// 3. Whatever is thrown on the way ends up in `#fail`: a RefusedError is answered as it says, anything
//    else is a 500 with the request id, and its stack goes to the log.
// 4. When an exchange ends it is counted and logged in one line, which never holds a query string,
//    a header or a body.
// 5. `stop` takes no more connections, lets requests end within a grace time, then aborts them.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { Admission } from './admission.ts';
import type { Authenticator } from './authenticator.ts';
import { authenticators } from './authenticators.ts';
import { BodyBudget } from './body-budget.ts';
import { CallRecord } from './call-record.ts';
import { CallThrottle } from './call-throttle.ts';
import { Connection } from './connection.ts';
import { DataPlane } from './data-plane.ts';
import { matchDataRoute } from './data-routes.ts';
import { ClientGoneError, Exchange, RefusedError } from './exchange.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { DEFAULT_BOUNDS, type GatewayBounds, type GatewayOptions } from './gateway-options.ts';
import { Lifecycle } from './lifecycle.ts';
import { type ListenAddress, Listener, type TlsMaterial } from './listener.ts';
import { Management } from './management.ts';
import { OPEN_NETWORK } from './network-scopes.ts';
import { OperatorListener } from './operator-listener.ts';
import { OperatorPages } from './operator-pages.ts';
import { parseTarget } from './raw-target.ts';
import {
  expectationFailed,
  headersTooLarge,
  internalError,
  malformedRequest,
  type Refusal,
  requestTimeout,
  transferCodingNotImplemented,
  unavailable,
} from './refusals.ts';
import { RequestIds } from './request-ids.ts';
import { ServiceCalls } from './service-calls.ts';

export interface Gateway {
  /** Begins to accept connections; port 0 takes any free one. Rejects when the address can't be had. */
  listen(host: string, port: number): Promise<void>;
  /** Where it listens. Only while listening. */
  readonly address: ListenAddress;
  /** Where `/metrics` is open, when `metricsListen` was given. */
  readonly metricsAddress: ListenAddress | undefined;
  /** Where the named listeners are, in the order of the options. Only while listening. */
  readonly namedAddresses: readonly ListenAddress[];
  /** Reads the certificates afresh, for connections to come. Throws when they can't be read; the old ones stay then. */
  reloadCertificates(): void;
  /** From now on requests are carried out; before, all but health checks are answered 503. */
  markReady(): void;
  /** Takes nothing new, ends what is under way, closes every connection. Safe to call again. */
  stop(): Promise<void>;
}

/** A gateway that isn't listening yet. */
export function createGateway(options: GatewayOptions): Gateway {
  return new HttpGateway(options);
}

const LOGGED_PATH_LENGTH_MAX = 512;

class HttpGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #bounds: GatewayBounds;
  readonly #logger: Logger;
  readonly #listener: Listener;
  readonly #named: readonly { readonly address: ListenAddress; readonly listener: Listener }[];
  readonly #operatorListener: OperatorListener | undefined;
  readonly #lifecycle = new Lifecycle();
  readonly #budget: BodyBudget;
  readonly #requestIds: RequestIds;
  readonly #metrics: GatewayMetrics;
  readonly #dataPlane: DataPlane;
  readonly #management: Management;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #exchanges = new Set<Exchange>();
  #connectionsOpen = 0;
  #onIdle: (() => void) | undefined = undefined;
  #stopped: Promise<void> | undefined = undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#bounds = bounds;
    this.#logger = options.logger;
    this.#budget = new BodyBudget(bounds.bodyBudgetBytes);
    this.#requestIds = new RequestIds(options.random);
    this.#metrics = new GatewayMetrics(options.metrics, {
      inFlight: () => this.#exchanges.size,
      connections: () => this.#connectionsOpen,
      bodyBytesHeld: () => this.#budget.bytesHeld,
    });
    const { clock, controlPlane, engine, limits, region } = options;
    const { data, management } = authenticators(options);
    const admissionBy = (authenticator: Authenticator) =>
      new Admission({
        authenticator,
        credentials: controlPlane.credentials,
        workspaces: controlPlane.workspaces,
        budget: this.#budget,
        clock,
        onRefused: (reason) => this.#metrics.authRefused(reason),
      });
    const admission = admissionBy(management);
    const lifecycle = this.#lifecycle;
    this.#dataPlane = new DataPlane({
      admission: admissionBy(data),
      workspaces: controlPlane.workspaces,
      engine,
      limits,
      lifecycle,
      bodyBytesMax: bounds.bodyBytesMax,
      network: options.network ?? OPEN_NETWORK,
    });
    const pages = new OperatorPages(lifecycle, options.metrics, engine);
    const throttle = new CallThrottle(() => limits.account.managementCalls, clock);
    const record = new CallRecord(options.onManagementCall, clock);
    const bodyBytesMax = bounds.managementBodyBytesMax;
    const services = new ServiceCalls({
      services: options.services ?? [],
      admission,
      throttle,
      record,
      lifecycle,
      region,
      bodyBytesMax,
    });
    this.#management = new Management({
      admission,
      controlPlane,
      pages,
      services,
      throttle,
      record,
      lifecycle,
      bodyBytesMax,
      publicFile: options.publicFile,
      metricsArn: `arn:aws:aps:${region}:${options.accountId}:/metrics`,
    });
    this.#listener = this.#makeListener(undefined, undefined);
    this.#named = (options.listeners ?? []).map(({ name, address, readTls }) => ({
      address,
      listener: this.#makeListener(name, readTls),
    }));
    this.#operatorListener =
      options.metricsListen === undefined ? undefined : new OperatorListener(pages, options.logger);
  }

  async listen(host: string, port: number): Promise<void> {
    await this.#listener.listen({ host, port });
    for (const { address, listener } of this.#named) await listener.listen(address);
    const separate = this.#options.metricsListen;
    if (separate !== undefined) await this.#operatorListener?.listen(separate.host, separate.port);
  }

  get address(): ListenAddress {
    return this.#listener.address;
  }

  get metricsAddress(): ListenAddress | undefined {
    return this.#operatorListener?.address;
  }

  get namedAddresses(): readonly ListenAddress[] {
    return this.#named.map(({ listener }) => listener.address);
  }

  reloadCertificates(): void {
    for (const { listener } of this.#named) listener.reload();
  }

  markReady(): void {
    this.#lifecycle.markReady();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  #makeListener(name: string | undefined, readTls: (() => TlsMaterial) | undefined): Listener {
    return new Listener(readTls, this.#bounds, {
      onConnection: (socket) => {
        this.#connectionsOpen++;
        socket.on('close', () => this.#connectionsOpen--);
        this.#connections.set(socket, new Connection(socket, this.#options.clock, name));
      },
      onRequest: (request, response, expects) => this.#begin(request, response, expects),
      onClientError: (error, socket) => this.#clientError(error, socket),
    });
  }

  #begin(
    request: IncomingMessage,
    response: ServerResponse,
    expects: 'continue' | 'other' | undefined,
  ): void {
    const connection = this.#connections.get(request.socket)!;
    if (connection.closing) return;
    const target = parseTarget(request.url!);
    const exchange = new Exchange({
      connection,
      request,
      response,
      target: target ?? { path: request.url!, search: '', originForm: request.url! },
      requestId: this.#requestIds.next(),
      startedMs: this.#options.clock.monotonicMs(),
      awaitsContinue: expects !== undefined,
      onEnd: (ended) => this.#ended(ended),
    });
    this.#exchanges.add(exchange);
    if (this.#lifecycle.isStopping) response.shouldKeepAlive = false;
    try {
      if (this.#exchanges.size > this.#bounds.requestsInFlightMax)
        throw new RefusedError(unavailable('Too many requests are being carried out at once.'));
      checkFraming(request);
      if (expects === 'other') throw new RefusedError(expectationFailed);
      if (request.method === 'OPTIONS' && request.url === '*') {
        exchange.send(204, { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' }, new Uint8Array(0));
        return;
      }
      if (target === undefined) throw new RefusedError(malformedRequest('The request target has no path.'));
      const match = matchDataRoute(target.path, this.#options.collectionRules);
      if (match === undefined) this.#management.serve(exchange, (error) => this.#fail(exchange, error));
      else this.#dataPlane.serve(exchange, match).catch((error: unknown) => this.#fail(exchange, error));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #fail(exchange: Exchange, error: unknown): void {
    if (error instanceof RefusedError) {
      exchange.refuse(error.refusal);
      return;
    }
    // Work that was told to end ends with an error; that is no fault.
    if (exchange.ended) return;
    if (exchange.signal.aborted || error instanceof ClientGoneError) {
      exchange.refuse(unavailable('The server is stopping.'));
      return;
    }
    this.#metrics.fault();
    this.#logger.error(
      { err: error, requestId: exchange.requestId, route: exchange.routeName },
      'request failed',
    );
    exchange.refuse(internalError(exchange.requestId));
  }

  /** Node's parser gave up on a connection: no HTTP, too large a head, or too slow. */
  #clientError(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket);
    // A TLS handshake that failed: nothing can be said over it.
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    // The client is gone, or its connection is being closed already: nobody is there to be told.
    if (connection.closing || error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE') {
      socket.destroy();
      return;
    }
    const refusal = refusalOf(error);
    const requestId = this.#requestIds.next();
    this.#metrics.malformed(refusal.status);
    if (!connection.fail(refusal, { 'x-amzn-requestid': requestId })) return;
    this.#logger.info({ status: refusal.status, requestId, code: error.code }, 'malformed request');
  }

  #ended(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    this.#budget.giveBack(exchange.bytesHeld);
    const { method, status, routeName, bytesIn, bytesOut, requestId } = exchange;
    const ms = this.#options.clock.monotonicMs() - exchange.startedMs;
    this.#metrics.requestEnded({ route: routeName, method, status, seconds: ms / 1000, bytesIn, bytesOut });
    this.#logger.info(
      {
        method,
        path: exchange.target.path.slice(0, LOGGED_PATH_LENGTH_MAX),
        status,
        ms: Math.round(ms * 1000) / 1000,
        bytesIn,
        bytesOut,
        requestId,
        accessKeyId: exchange.accessKeyId,
        principal: exchange.principalArn,
        workspace: exchange.workspaceId,
      },
      'request',
    );
    if (this.#exchanges.size === 0) this.#onIdle?.();
  }

  async #drain(): Promise<void> {
    this.#lifecycle.markStopping();
    // Also closes connections on which nothing is under way.
    const listeners = [this.#listener, ...this.#named.map(({ listener }) => listener)];
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    for (const { response } of this.#exchanges) if (!response.headersSent) response.shouldKeepAlive = false;
    await this.#idleWithin(this.#bounds.stopGraceMs);
    for (const exchange of this.#exchanges) exchange.abort();
    await this.#idleWithin(this.#bounds.stopAbortMs);
    for (const listener of listeners) listener.closeAllConnections();
    await closed;
    await this.#operatorListener?.stop();
  }

  /** Resolves when no exchange is left, at the latest after `waitMs`. */
  #idleWithin(waitMs: number): Promise<void> {
    if (this.#exchanges.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(waitMs, resolve);
      this.#onIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

/** Throws RefusedError for heads that two servers in a row could read differently. */
function checkFraming(request: IncomingMessage): void {
  let hosts = 0;
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === 'host') hosts++;
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0'))
    throw new RefusedError(malformedRequest('A request has exactly one Host header.'));
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw new RefusedError(transferCodingNotImplemented);
}

function refusalOf(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return requestTimeout;
    default:
      // The parser's reason is one of its fixed texts, never a part of the request.
      return malformedRequest(`Malformed HTTP request (${error.code ?? 'unknown fault'}).`);
  }
}
