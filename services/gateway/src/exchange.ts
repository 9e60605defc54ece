// One request and its response, from the head to the last byte.
//
// An exchange carries what the log line and the metrics need, writes answers, and ends exactly once:
// when the response was handed to the socket, or when the client went away. In the second case its
// signal is aborted, which stops the work behind it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connection.ts';
import { type ErrorForm, formRefusal } from './error-forms.ts';
import type { RawTarget } from './raw-target.ts';
import type { Refusal } from './refusals.ts';

/** Thrown anywhere on the way of a request to answer it with a refusal. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

/** The client closed the connection, or the server ended it while stopping: nobody waits for an answer. */
export class ClientGoneError extends Error {
  constructor() {
    super('the client is gone');
    this.name = 'ClientGoneError';
  }
}

/** The reason of every abort, made once: one made for each would cost more than the abort. */
const GONE = new ClientGoneError();

/** An unread declared body of up to this size is read and dropped to keep the connection. */
const DROPPED_BODY_BYTES_MAX = 1024 * 1024;

export class Exchange {
  readonly connection: Connection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RawTarget;
  readonly requestId: string;
  readonly startedMs: number;
  /** The client waits for `100 Continue` before it sends its body. */
  awaitsContinue: boolean;
  /** The route as a metric label: one of a fixed set, never the path. */
  routeName = 'unknown';
  errorForm: ErrorForm = 'aws';
  workspaceId: string | undefined = undefined;
  accessKeyId: string | undefined = undefined;
  principalArn: string | undefined = undefined;
  bytesIn = 0;
  /** What of the body budget is taken for this exchange; given back when it ends. */
  bytesHeld = 0;
  bytesOut = 0;
  readonly #abort = new AbortController();
  readonly #onEnd: (exchange: Exchange) => void;
  #ended = false;
  #finished = false;
  #bodyFault: ((refusal: Refusal) => void) | undefined = undefined;
  #earlyBodyFault: Refusal | undefined = undefined;

  constructor(init: {
    connection: Connection;
    request: IncomingMessage;
    response: ServerResponse;
    target: RawTarget;
    requestId: string;
    startedMs: number;
    awaitsContinue: boolean;
    onEnd: (exchange: Exchange) => void;
  }) {
    this.connection = init.connection;
    this.request = init.request;
    this.response = init.response;
    this.target = init.target;
    this.requestId = init.requestId;
    this.startedMs = init.startedMs;
    this.awaitsContinue = init.awaitsContinue;
    this.#onEnd = init.onEnd;
    init.connection.add(this);
    init.response.on('finish', () => {
      this.#finished = true;
      this.end();
    });
    init.response.on('close', () => this.end());
  }

  get method(): string {
    return this.request.method!;
  }

  /** Aborted when the exchange ended without its whole answer, or when the server stops waiting for it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What the client was told; 499 when it left before it was told anything whole. */
  get status(): number {
    return this.#finished ? this.response.statusCode : 499;
  }

  /** A header that node keeps only once or joins; lower-case name. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Whether the head announces a body. */
  get hasBody(): boolean {
    if (this.request.headers['transfer-encoding'] !== undefined) return true;
    return (this.declaredBytes ?? 0) > 0;
  }

  /** Content-Length, whose form node has checked. */
  get declaredBytes(): number | undefined {
    const length = this.request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  /** Asks the work behind the exchange to end, though the client is still there. */
  abort(): void {
    this.#abort.abort(GONE);
  }

  /** Called once when response or connection are done; later calls do nothing. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#finished) this.abort();
    this.connection.remove(this);
    this.#onEnd(this);
  }

  /** While a body is being read, `handler` is told when the parser finds it broken. */
  onBodyFault(handler: ((refusal: Refusal) => void) | undefined): void {
    this.#bodyFault = handler;
  }

  /** What the parser found broken before anybody began to read the body, of which no more comes then. */
  get earlyBodyFault(): Refusal | undefined {
    return this.#earlyBodyFault;
  }

  /** Hands a fault of the connection to whoever reads the body; false when nobody does. */
  failBody(refusal: Refusal): boolean {
    if (this.#bodyFault === undefined) {
      if (!this.request.complete) this.#earlyBodyFault = refusal;
      return false;
    }
    this.response.shouldKeepAlive = false;
    this.#bodyFault(refusal);
    return true;
  }

  /** Sends a whole answer. Does nothing when the client is gone. */
  send(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): void {
    if (!this.sendHead(status, headers)) return;
    if (body.length === 0 || this.method === 'HEAD') {
      this.response.end();
      return;
    }
    this.bytesOut += body.length;
    this.response.end(body);
  }

  /** Sends status and headers, with the request id. False when the client is gone. */
  sendHead(status: number, headers: Readonly<Record<string, string>>): boolean {
    if (this.#ended || this.response.destroyed) return false;
    this.#settleUnreadBody();
    this.response.setHeader('x-amzn-requestid', this.requestId);
    this.response.writeHead(status, headers);
    return true;
  }

  /** Answers with a refusal in the API's form; when an answer has begun, the connection is cut instead. */
  refuse(refusal: Refusal): void {
    if (this.response.headersSent) {
      this.response.destroy();
      return;
    }
    const { headers, body } = formRefusal(refusal, this.errorForm);
    this.send(refusal.status, headers, body);
  }

  /**
   * An answer may come before the whole request was read. A small rest is dropped and the connection
   * lives on. Otherwise, and when the client was never asked to go on with its body, the connection
   * ends with this answer, lingering so that the client gets to see it.
   */
  #settleUnreadBody(): void {
    if (this.request.complete || !this.hasBody) return;
    const declared = this.declaredBytes;
    if (!this.awaitsContinue && declared !== undefined && declared <= DROPPED_BODY_BYTES_MAX) return;
    this.response.shouldKeepAlive = false;
    this.connection.linger();
  }
}
