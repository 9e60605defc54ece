// A client for tests that says exactly what it is told to, byte for byte, and reads what comes back.

import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** One connection. Responses are read in order; 100 Continue is a response like any other. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  /** Nothing more comes from the server. */
  #finished = false;
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (piece) => {
      this.#received = Buffer.concat([this.#received, piece]);
      this.#wake();
    });
    // A reset is what some tests provoke; it ends in 'close' all the same.
    socket.on('error', () => {});
    socket.on('end', () => {
      this.#finished = true;
      this.#wake();
    });
    socket.on('close', () => {
      this.#finished = true;
      this.#closed = true;
      this.#wake();
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  write(...parts: readonly (string | Uint8Array)[]): void {
    for (const part of parts) this.socket.write(part);
  }

  /** The next whole response. `withoutBody` for answers to HEAD. Rejects when the connection ends first. */
  async response(withoutBody = false): Promise<RawResponse> {
    const headEnd = await this.#until(() => {
      const at = this.#received.indexOf('\r\n\r\n');
      return at === -1 ? undefined : at + 4;
    });
    const [statusLine, ...lines] = this.#take(headEnd).toString('latin1').trimEnd().split('\r\n');
    const status = Number(statusLine!.split(' ')[1]);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const empty = withoutBody || status < 200 || status === 204;
    const body = empty ? Buffer.alloc(0) : await this.#body(headers);
    return { status, headers, body };
  }

  /** Resolves when both directions are closed; everything received and not yet read is returned. */
  async ended(): Promise<Buffer> {
    this.socket.end();
    await this.#until(() => (this.#closed ? 0 : undefined), true);
    return this.#received;
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Resolves when `bytes` of answer have arrived unread. */
  async received(bytes: number): Promise<void> {
    await this.#until(() => (this.#received.length >= bytes ? 0 : undefined));
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    if (headers.get('transfer-encoding') === 'chunked') return this.#chunks();
    const length = Number(headers.get('content-length'));
    await this.#until(() => (this.#received.length >= length ? 0 : undefined));
    return this.#take(length);
  }

  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const lineEnd = await this.#until(() => {
        const at = this.#received.indexOf('\r\n');
        return at === -1 ? undefined : at + 2;
      });
      const length = Number.parseInt(this.#take(lineEnd).toString('latin1'), 16);
      await this.#until(() => (this.#received.length >= length + 2 ? 0 : undefined));
      chunks.push(this.#take(length));
      this.#take(2);
      if (length === 0) return Buffer.concat(chunks);
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  async #until(look: () => number | undefined, closedIsFine = false): Promise<number> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#finished && !closedIsFine)
        throw new Error(`connection closed after ${JSON.stringify(this.#received.toString('latin1'))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
