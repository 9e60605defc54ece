// One client connection: its requests under way, what happens when it breaks, and how it is closed.
//
// 1. Exchanges register here. When the socket closes, all of them end, also pipelined ones whose
//    response was never given the socket (node emits no event for those).
// 2. A parse error or a timeout of node's HTTP parser arrives as `fail`. While a body is being read
//    its request is answered with the refusal. With no request under way the refusal is written to
//    the socket as it is. Behind complete requests under way nothing can be written without mixing up
//    responses: they end, and the connection with them.
// 3. A connection that ends with unread request bytes must not simply be closed: the kernel would
//    send a reset, which can overtake the answer. `linger` closes our half, then reads and drops what
//    still comes for a bounded time and amount.

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@ampere/platform';
import { formRefusal } from './error-forms.ts';
import type { Exchange } from './exchange.ts';
import type { Refusal } from './refusals.ts';

const LINGER_STEP_MS = 100;
const LINGER_STEPS_MAX = 20;
const LINGER_BYTES_MAX = 8 * 1024 * 1024;

export class Connection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  /** Name of the listener that it came through; undefined for the unnamed one. */
  readonly scope: string | undefined;
  readonly #exchanges = new Set<Exchange>();
  #closing = false;

  constructor(socket: Socket, clock: Clock, scope: string | undefined) {
    this.scope = scope;
    this.#socket = socket;
    this.#clock = clock;
    socket.on('close', () => {
      this.#closing = true;
      for (const exchange of [...this.#exchanges]) exchange.end();
    });
    // Errors of a socket (reset, broken pipe) are always followed by 'close', which is where they are handled.
    socket.on('error', () => {});
  }

  /** No further request of this connection is to be answered. */
  get closing(): boolean {
    return this.#closing;
  }

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  remove(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  /**
   * The parser gave up on this connection. Returns whether `refusal` was written here, outside any
   * exchange; otherwise an exchange tells it, or nobody is left to tell.
   */
  fail(refusal: Refusal, headers: Readonly<Record<string, string>>): boolean {
    this.linger();
    let last: Exchange | undefined;
    for (const exchange of this.#exchanges) {
      if (exchange.failBody(refusal)) return false;
      last = exchange;
    }
    if (last === undefined) {
      this.#socket.write(responseText(refusal, headers));
      this.#socket.destroySoon();
      return true;
    }
    last.response.shouldKeepAlive = false;
    // A response that has begun didn't announce the end of the connection to node.
    if (last.response.headersSent) last.response.once('finish', () => this.#socket.destroySoon());
    return false;
  }

  /** Replaces the way node closes this connection after its last response by a lingering close. */
  linger(): void {
    this.#closing = true;
    const socket = this.#socket;
    socket.destroySoon = () => {
      if (socket.destroyed) return;
      socket.end();
      this.#drop(socket.bytesRead + LINGER_BYTES_MAX, LINGER_STEPS_MAX);
    };
  }

  #drop(bytesReadMax: number, steps: number): void {
    const timer = this.#clock.after(LINGER_STEP_MS, () => {
      this.#socket.off('close', timer.cancel);
      if (steps <= 1 || this.#socket.bytesRead > bytesReadMax) this.#socket.destroy();
      else this.#drop(bytesReadMax, steps - 1);
    });
    this.#socket.once('close', timer.cancel);
  }
}

function responseText(refusal: Refusal, headers: Readonly<Record<string, string>>): Buffer {
  const formed = formRefusal(refusal, 'aws');
  const lines = Object.entries({ ...formed.headers, ...headers, connection: 'close' });
  const head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), formed.body]);
}
