// Where the gateway is reached: one plain address by default, and any number of named ones, with TLS or without.
//
// 1. Every listener hands its requests to the same handler; what differs is the name that the handler sees.
// 2. TLS is 1.2 or newer with forward-secret ciphers alone; with a client CA only clients with a certificate
//    of it get in, which is decided before any request is read.
// 3. Certificates are read when it begins to listen, and again on `reload`, without ending a connection.

import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { GatewayBounds } from './gateway-options.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** In PEM. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Who signs the certificates that clients must show; undefined: none is asked for. */
  readonly clientCa: Buffer | undefined;
}

export interface NamedListener {
  /** What policies see as `aws:SourceVpce`. */
  readonly name: string;
  readonly address: ListenAddress;
  /** Reads the material afresh; undefined: without TLS. */
  readonly readTls: (() => TlsMaterial) | undefined;
}

/** TLS 1.3's are all forward-secret and not in this list. */
const CIPHERS =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';

export interface ListenerEvents {
  onConnection(socket: Socket): void;
  onRequest(
    request: IncomingMessage,
    response: ServerResponse,
    expects: 'continue' | 'other' | undefined,
  ): void;
  onClientError(error: NodeJS.ErrnoException, socket: Socket): void;
}

export class Listener {
  readonly #server: Server | TlsServer;
  readonly #readTls: (() => TlsMaterial) | undefined;

  /** Throws what `readTls` throws, and for material that is none. */
  constructor(readTls: (() => TlsMaterial) | undefined, bounds: GatewayBounds, events: ListenerEvents) {
    this.#readTls = readTls;
    const options = {
      insecureHTTPParser: false,
      // Answered by the handler instead, so that it is counted and logged.
      requireHostHeader: false,
      maxHeaderSize: bounds.headerBytesMax,
      headersTimeout: bounds.headersTimeoutMs,
      requestTimeout: bounds.requestTimeoutMs,
      keepAliveTimeout: bounds.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(bounds.headersTimeoutMs, 5000),
      noDelay: true,
    };
    const server =
      readTls === undefined
        ? createPlainServer(options)
        : createTlsServer({
            ...options,
            ...secureContext(readTls()),
            minVersion: 'TLSv1.2',
            ciphers: CIPHERS,
            honorCipherOrder: true,
            handshakeTimeout: bounds.headersTimeoutMs,
          });
    this.#server = server;
    // Also ends clients that stop reading their answer.
    server.timeout = bounds.silenceTimeoutMs;
    server.maxConnections = bounds.connectionsMax;
    server.maxRequestsPerSocket = bounds.requestsPerConnectionMax;
    // Node would silently drop headers beyond a count; their size bounds them already.
    server.maxHeadersCount = 0;
    server.on(readTls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      events.onConnection(socket),
    );
    server.on('request', (request, response) => events.onRequest(request, response, undefined));
    server.on('checkContinue', (request, response) => events.onRequest(request, response, 'continue'));
    server.on('checkExpectation', (request, response) => events.onRequest(request, response, 'other'));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      events.onClientError(error, socket as Socket),
    );
  }

  /** Begins to accept connections; port 0 takes any free one. Rejects when the address can't be had. */
  async listen({ host, port }: ListenAddress): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Only while listening. */
  get address(): ListenAddress {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Takes new certificates for connections to come. Throws when they can't be read; the old ones stay then. */
  reload(): void {
    if (this.#readTls === undefined) return;
    (this.#server as TlsServer).setSecureContext(secureContext(this.#readTls()));
  }

  /** Takes no more connections, closes idle ones; resolves when none is left. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  closeAllConnections(): void {
    this.#server.closeAllConnections();
  }
}

function secureContext({ certificate, key, clientCa }: TlsMaterial) {
  return {
    cert: certificate,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}
