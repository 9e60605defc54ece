// The asking end of a port: an EngineClient whose every method is a message and an answer.
//
// When the other end dies, `fail` ends everything that waits, and everything asked later, with the same
// error: nobody waits for an answer that can't come.

import type {
  EngineClient,
  EngineRequest,
  EngineResponse,
  RulesNamespaceFile,
  WorkspaceSettings,
} from '@ampere/contracts';
import type { LimitsData } from '@ampere/limits';
import { ChunkQueue } from './chunk-queue.ts';
import { type EngineCall, type FromEngine, movable, type Port, type ToEngine } from './messages.ts';

/** The engine could not answer: it is gone, or failed outside of a handler. */
export class EngineUnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EngineUnavailableError';
  }
}

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export class PortClient implements EngineClient {
  readonly #port: Port<ToEngine, FromEngine>;
  readonly #requests = new Map<number, Pending<EngineResponse>>();
  readonly #streams = new Map<number, ChunkQueue>();
  readonly #calls = new Map<number, Pending<string>>();
  #nextId = 0;
  #failure: Error | undefined;

  constructor(port: Port<ToEngine, FromEngine>) {
    this.#port = port;
    port.on('message', (message) => this.#take(message));
  }

  async request(request: EngineRequest): Promise<EngineResponse> {
    if (this.#failure !== undefined) throw this.#failure;
    const { signal, ...fields } = request;
    const id = this.#nextId++;
    const body = movable(fields.body);
    const onAbort = (): void => this.#port.postMessage({ type: 'abort', id });
    const response = new Promise<EngineResponse>((resolve, reject) => {
      this.#requests.set(id, { resolve, reject });
    });
    this.#port.postMessage({ type: 'request', id, ...fields, body }, [body.buffer]);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    const unlisten = (): void => signal?.removeEventListener('abort', onAbort);
    try {
      const answer = await response;
      // While a body streams, an abort still has work to end.
      const stream = this.#streams.get(id);
      if (stream === undefined) unlisten();
      else stream.onClosed = unlisten;
      return answer;
    } catch (error) {
      unlisten();
      throw error;
    }
  }

  async createTenant(tenant: string): Promise<void> {
    await this.#call({ name: 'createTenant', tenant });
  }

  async deleteTenant(tenant: string): Promise<void> {
    await this.#call({ name: 'deleteTenant', tenant });
  }

  settingsChanged(workspaceId: string, settings: WorkspaceSettings): void {
    this.#port.postMessage({ type: 'settings', workspaceId, settings });
  }

  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void {
    this.#port.postMessage({ type: 'rules', workspaceId, namespaces });
  }

  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void {
    this.#port.postMessage({ type: 'alertManager', workspaceId, definition });
  }

  async setLimits(limits: LimitsData): Promise<void> {
    await this.#call({ name: 'setLimits', limits });
  }

  metricsText(): Promise<string> {
    return this.#call({ name: 'metricsText' });
  }

  async stop(): Promise<void> {
    await this.#call({ name: 'stop' });
  }

  /** Ends everything with this error, now and later. */
  fail(error: Error): void {
    this.#failure = error;
    for (const pending of [...this.#requests.values(), ...this.#calls.values()]) pending.reject(error);
    for (const stream of this.#streams.values()) stream.fail(error);
    this.#requests.clear();
    this.#calls.clear();
    this.#streams.clear();
  }

  /** How many requests and calls wait for an answer or the rest of one. */
  get pendingCount(): number {
    return this.#requests.size + this.#calls.size + this.#streams.size;
  }

  #call(call: EngineCall): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#port.postMessage({ type: 'call', id, call });
    });
  }

  #take(message: FromEngine): void {
    switch (message.type) {
      case 'response':
        this.#respond(message);
        return;
      case 'chunk':
        this.#streams.get(message.id)?.push(message.bytes);
        return;
      case 'end':
        this.#streams.get(message.id)?.end();
        this.#streams.delete(message.id);
        return;
      case 'result':
        this.#calls.get(message.id)?.resolve(message.text);
        this.#calls.delete(message.id);
        return;
      case 'failure': {
        const error = new EngineUnavailableError(message.message);
        this.#requests.get(message.id)?.reject(error);
        this.#calls.get(message.id)?.reject(error);
        this.#streams.get(message.id)?.fail(error);
        this.#requests.delete(message.id);
        this.#calls.delete(message.id);
        this.#streams.delete(message.id);
        return;
      }
      default:
        // Start-up and log messages are for the owner of the thread.
        return;
    }
  }

  #respond({ id, status, headers, body }: Extract<FromEngine, { type: 'response' }>): void {
    const pending = this.#requests.get(id);
    if (pending === undefined) return;
    this.#requests.delete(id);
    if (body !== undefined) {
      pending.resolve({ status, headers, body });
      return;
    }
    const stream = new ChunkQueue({
      onTaken: () => this.#port.postMessage({ type: 'credit', id }),
      onCancelled: () => {
        this.#streams.delete(id);
        this.#port.postMessage({ type: 'cancel', id });
      },
    });
    this.#streams.set(id, stream);
    pending.resolve({ status, headers, body: stream });
  }
}
