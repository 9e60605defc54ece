// One query on its way: waiting, running, answering, ended. It is the job that a runner carries out, and
// knows when its end is reached whatever becomes of it; `onEnd` is called once.

import type { EngineBody, EngineRequest, EngineResponse } from '@ampere/contracts';
import type { Clock, Timer } from '@ampere/platform';
import { openingOf, parametersOf, refusal } from '../query-api/answer-request.ts';
import { newReport, type QueryReport } from '../query-api/endpoint.ts';
import type { Parameters } from '../query-api/parameters.ts';
import type { PrometheusError } from '../query-api/prometheus-error.ts';
import type { ReadRoute } from '../query-api/routes.ts';
import type { QueryTenant } from '../query-api/tenant.ts';
import { type ActiveQueryView, QUERY_LENGTH_MAX, type QueryRecord } from './query-directory.ts';
import type { JobAnswer, QueryJob } from './query-runner.ts';

export class ActiveQuery implements QueryJob {
  readonly id: string;
  readonly request: EngineRequest;
  readonly tenant: QueryTenant;
  readonly route: ReadRoute;
  readonly pathLabel: string;
  readonly arrivedMs: number;
  readonly promise: Promise<EngineResponse>;
  state: 'waiting' | 'running' | 'answering' | 'ended' = 'waiting';
  /** Whether the queue knows of it. */
  isQueued = false;
  queuedMs = 0;
  durationMs = 0;
  status = 0;
  outcome = '';
  report: QueryReport = newReport();
  endReason: PrometheusError | undefined;
  waitTimer: Timer | undefined;
  onAnswer: () => void = () => {};
  onEnd: () => void = () => {};
  readonly #clock: Clock;
  readonly #arrivedAtMs: number;
  #parameters: Parameters | undefined;
  #resolve: (response: EngineResponse) => void = () => {};
  #unlisten: () => void = () => {};
  #error: string | undefined;
  #answerBytes = 0;
  #body: CountedBody | undefined;

  constructor(init: {
    id: string;
    request: EngineRequest;
    tenant: QueryTenant;
    route: ReadRoute;
    pathLabel: string;
    clock: Clock;
  }) {
    this.id = init.id;
    this.request = init.request;
    this.tenant = init.tenant;
    this.route = init.route;
    this.pathLabel = init.pathLabel;
    this.#clock = init.clock;
    this.arrivedMs = init.clock.monotonicMs();
    this.#arrivedAtMs = init.clock.nowMs();
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get workspaceId(): string {
    return this.request.tenant;
  }

  /** Read when somebody asks. */
  get parameters(): Parameters {
    this.#parameters ??= parametersOf(this.request);
    return this.#parameters;
  }

  /** `onGone` is called when the client is gone, at once when it is already. */
  listen(onGone: () => void): void {
    const { signal } = this.request;
    if (signal === undefined) return;
    if (signal.aborted) {
      onGone();
      return;
    }
    signal.addEventListener('abort', onGone, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', onGone);
  }

  /** Its turn has come. */
  begin(): void {
    this.state = 'running';
    this.queuedMs = this.#clock.monotonicMs() - this.arrivedMs;
  }

  answered({ status, headers, outcome, error, report, body }: JobAnswer): void {
    this.status = status;
    this.outcome = outcome;
    this.report = report;
    this.#error = error;
    this.#measure();
    if (body instanceof Uint8Array) {
      this.#answerBytes = body.length;
      this.#resolve({ status, headers, body });
      this.#end();
      return;
    }
    this.state = 'answering';
    this.#body = new CountedBody(body, (bytes, failure) => {
      this.#answerBytes = bytes;
      if (failure !== undefined) this.outcome = this.endReason?.type ?? 'internal';
      this.#end();
    });
    this.#resolve({ status, headers, body: this.#body });
  }

  failed(error: PrometheusError): void {
    const { status, headers, pieces, outcome } = refusal(error, this.route);
    this.status = status;
    this.outcome = outcome;
    this.#error = error.message;
    this.#measure();
    const body = openingOf(pieces).pieces[0] ?? new Uint8Array(0);
    this.#resolve({ status, headers, body });
    this.#end();
  }

  /** Ends an answer in the middle, so that its reader sees that it isn't whole. */
  breakOff(reason: Error): void {
    this.#body?.fail(reason);
  }

  view(nowMs: number): ActiveQueryView {
    return {
      id: this.id,
      requestId: this.request.requestId,
      principalArn: this.request.principalArn,
      endpoint: this.route.name,
      query: this.#text,
      state: this.state === 'ended' ? 'answering' : this.state,
      arrivedAtMs: this.#arrivedAtMs,
      ageMs: Math.round(nowMs - this.arrivedMs),
    };
  }

  record(): QueryRecord {
    const { query: _, notes: __, ...cost } = this.report;
    return {
      id: this.id,
      workspaceId: this.workspaceId,
      requestId: this.request.requestId,
      principalArn: this.request.principalArn,
      endpoint: this.route.name,
      query: this.#text,
      ...cost,
      arrivedAtMs: this.#arrivedAtMs,
      queuedMs: this.queuedMs,
      durationMs: this.durationMs,
      answerBytes: this.#answerBytes,
      status: this.status,
      outcome: this.outcome,
      error: this.#error ?? null,
    };
  }

  /** The query as the client wrote it, or its selectors. */
  get #text(): string {
    const text =
      this.report.query || this.parameters.first('query') || this.parameters.all('match[]').join(' ');
    return text.slice(0, QUERY_LENGTH_MAX);
  }

  #measure(): void {
    this.durationMs = this.#clock.monotonicMs() - this.arrivedMs;
    if (this.state === 'waiting') this.queuedMs = this.durationMs;
    this.onAnswer();
  }

  #end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.#unlisten();
    this.onEnd();
  }
}

/** A streamed body that is counted and says once when it is over. */
class CountedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  #bytes = 0;
  #failure: Error | undefined;
  #onEnd: ((bytes: number, failure: unknown) => void) | undefined;

  constructor(source: Exclude<EngineBody, Uint8Array>, onEnd: (bytes: number, failure: unknown) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      const result = await this.#source.next();
      if (this.#failure !== undefined) throw this.#failure;
      if (result.done === true) this.#end(undefined);
      else this.#bytes += result.value.length;
      return result;
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  /** Its reader gets this error; nothing more is asked of the source. */
  fail(error: Error): void {
    this.#failure = error;
    this.#end(error);
    // A source that fails while it is let go has nothing to tell anybody.
    this.#source.return?.().catch(() => {});
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    try {
      await this.#source.return?.();
    } finally {
      this.#end(undefined);
    }
    return { done: true, value: undefined };
  }

  #end(failure: unknown): void {
    this.#onEnd?.(this.#bytes, failure);
    this.#onEnd = undefined;
  }
}
