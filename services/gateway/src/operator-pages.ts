import type { EngineClient } from '@ampere/contracts';
import type { Registry } from '@ampere/metrics';
import type { Lifecycle } from './lifecycle.ts';

/** A small whole answer. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What operators and their load balancers ask: is it alive, is it ready, how is it doing. */
export class OperatorPages {
  readonly #lifecycle: Lifecycle;
  readonly #registry: Registry;
  readonly #engine: EngineClient;

  constructor(lifecycle: Lifecycle, registry: Registry, engine: EngineClient) {
    this.#lifecycle = lifecycle;
    this.#registry = registry;
    this.#engine = engine;
  }

  healthy(): Page {
    return page(200, 'text/plain; charset=utf-8', 'Ampere is healthy.\n');
  }

  ready(): Page {
    if (this.#lifecycle.isReady) return page(200, 'text/plain; charset=utf-8', 'Ampere is ready.\n');
    const state = this.#lifecycle.isStopping ? 'stopping' : 'starting';
    return page(503, 'text/plain; charset=utf-8', `Ampere is ${state}.\n`);
  }

  /** Everything that is registered, then the engine's own. Rejects when the engine doesn't answer. */
  async metrics(): Promise<Page> {
    const own = this.#registry.text();
    return page(200, METRICS_TYPE, own + (await this.#engine.metricsText()));
  }
}

function page(status: number, contentType: string, text: string): Page {
  const body = Buffer.from(text);
  return {
    status,
    headers: {
      'content-type': contentType,
      'content-length': String(body.length),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}
