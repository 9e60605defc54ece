// The engine's end of a port: takes messages, asks an EngineClient, posts its answers.

import type { EngineClient, EngineRequest, EngineResponse } from '@ampere/contracts';
import {
  CHUNKS_AHEAD,
  type EngineCall,
  type FromEngine,
  movable,
  type Port,
  type ToEngine,
} from './messages.ts';

/** One request under way. */
interface Exchange {
  readonly abort: AbortController;
  credit: number;
  isCancelled: boolean;
  /** Wakes the sender of chunks that waits for credit. */
  wake: (() => void) | undefined;
}

export class PortServer {
  readonly #port: Port<FromEngine, ToEngine>;
  readonly #engine: EngineClient;
  readonly #exchanges = new Map<number, Exchange>();

  private constructor(port: Port<FromEngine, ToEngine>, engine: EngineClient) {
    this.#port = port;
    this.#engine = engine;
  }

  /** Serves an engine on a port for as long as the port lives. */
  static serve(port: Port<FromEngine, ToEngine>, engine: EngineClient): void {
    const server = new PortServer(port, engine);
    port.on('message', (message) => server.#take(message));
  }

  #take(message: ToEngine): void {
    if (message.type === 'request') {
      void this.#request(message);
      return;
    }
    if (message.type === 'call') {
      void this.#call(message.id, message.call);
      return;
    }
    if (message.type === 'settings') {
      this.#engine.settingsChanged(message.workspaceId, message.settings);
      return;
    }
    if (message.type === 'rules') {
      this.#engine.rulesChanged(message.workspaceId, message.namespaces);
      return;
    }
    if (message.type === 'alertManager') {
      this.#engine.alertManagerChanged(message.workspaceId, message.definition);
      return;
    }
    // Answers to publications are for whoever published.
    if (message.type === 'published') return;
    const exchange = this.#exchanges.get(message.id);
    // The answer may have been complete before the message came.
    if (exchange === undefined) return;
    if (message.type === 'abort') exchange.abort.abort();
    else if (message.type === 'credit') exchange.credit++;
    if (message.type !== 'credit') exchange.isCancelled = true;
    exchange.wake?.();
  }

  async #request({ type: _, id, ...rest }: Extract<ToEngine, { type: 'request' }>): Promise<void> {
    const abort = new AbortController();
    const exchange: Exchange = { abort, credit: CHUNKS_AHEAD, isCancelled: false, wake: undefined };
    this.#exchanges.set(id, exchange);
    try {
      const request: EngineRequest = { ...rest, signal: abort.signal };
      await this.#answer(id, await this.#engine.request(request), exchange);
    } catch (error) {
      this.#port.postMessage({ type: 'failure', id, message: messageOf(error) });
    } finally {
      this.#exchanges.delete(id);
    }
  }

  async #answer(id: number, response: EngineResponse, exchange: Exchange): Promise<void> {
    const { status, headers, body } = response;
    if (body instanceof Uint8Array) {
      const moved = movable(body);
      this.#port.postMessage({ type: 'response', id, status, headers, body: moved }, [moved.buffer]);
      return;
    }
    this.#port.postMessage({ type: 'response', id, status, headers, body: undefined });
    for await (const chunk of body) {
      while (exchange.credit === 0 && !exchange.isCancelled) {
        await new Promise<void>((resolve) => {
          exchange.wake = resolve;
        });
      }
      if (exchange.abort.signal.aborted) throw new Error('the request was aborted');
      if (exchange.isCancelled) break;
      exchange.credit--;
      const bytes = movable(chunk);
      this.#port.postMessage({ type: 'chunk', id, bytes }, [bytes.buffer]);
    }
    this.#port.postMessage({ type: 'end', id });
  }

  async #call(id: number, call: EngineCall): Promise<void> {
    try {
      this.#port.postMessage({ type: 'result', id, text: await this.#carryOut(call) });
    } catch (error) {
      this.#port.postMessage({ type: 'failure', id, message: messageOf(error) });
    }
  }

  async #carryOut(call: EngineCall): Promise<string> {
    switch (call.name) {
      case 'createTenant':
        await this.#engine.createTenant(call.tenant);
        return '';
      case 'deleteTenant':
        await this.#engine.deleteTenant(call.tenant);
        return '';
      case 'setLimits':
        await this.#engine.setLimits(call.limits);
        return '';
      case 'metricsText':
        return this.#engine.metricsText();
      case 'stop':
        await this.#engine.stop();
        return '';
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
