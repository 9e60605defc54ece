// Prometheus' HTTP query API for one workspace at a time.
//
// 1. The path finds the endpoint, the method is checked, parameters are read from body and URL.
// 2. The endpoint runs synchronously to a producer of JSON; its refusals are exceptions.
// 3. The first piece of the answer is written at once. If it was all, the body is that piece; otherwise
//    it is a stream whose pieces are written when the receiver asks for them.
// 4. What happened is counted, and slow queries are logged with what they were and cost.
//
// Anything that is no refusal in Prometheus' words is a bug of ours: a 500 without details, and the
// error with its stack in the log.

import type { EngineBody, EngineRequest, EngineResponse, WorkspaceLogs } from '@ampere/contracts';
import type { Registry } from '@ampere/metrics';
import type { Clock } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';
import type { Answer, EndpointContext, QueryReport } from './endpoint.ts';
import { JsonWriter } from './json-writer.ts';
import { Parameters } from './parameters.ts';
import { PrometheusError, prometheusErrorOf } from './prometheus-error.ts';
import { QueryMetrics } from './query-metrics.ts';
import { findRoute, type Route } from './routes.ts';
import type { BuildInfo, PromQl, QueryTenant } from './tenant.ts';

/** How much of a query's text the log keeps. */
const LOGGED_QUERY_LENGTH_MAX = 2_000;

export interface QueryApiOptions {
  readonly clock: Clock;
  readonly promql: PromQl;
  readonly buildInfo: BuildInfo;
  /** Gets a `query` record for each slow query, and an error with its stack for each bug. */
  readonly log: Log;
  /** Queries that take at least so long are logged; 0 for all. */
  readonly slowQueryMs: number;
  /** Told of each query that has ended. */
  readonly workspaceLogs?: WorkspaceLogs | undefined;
  /** Where the API registers its metrics; once a registry. */
  readonly registry: Registry;
}

export class QueryApi {
  readonly #options: QueryApiOptions;
  readonly #serverStartMs: number;
  readonly #metrics: QueryMetrics;

  constructor(options: QueryApiOptions) {
    this.#options = options;
    this.#serverStartMs = options.clock.nowMs();
    this.#metrics = new QueryMetrics(options.registry);
  }

  /** Answers a request under QUERY_API_PREFIX; errors are answers too. The body isn't compressed. */
  async handle(request: EngineRequest, tenant: QueryTenant): Promise<EngineResponse> {
    const found = findRoute(request.path);
    if (found === undefined) return errorResponse(new PrometheusError('not_found', '404 page not found'));
    const { route, pathLabel } = found;
    if (!route.methods.includes(request.method)) {
      const refused = errorResponse(new PrometheusError('bad_data', 'Method Not Allowed', 405));
      return { ...refused, headers: { ...refused.headers, allow: route.methods.join(', ') } };
    }
    const { clock, promql, buildInfo } = this.#options;
    const context: EndpointContext = {
      request,
      tenant,
      pathLabel,
      promql,
      clock,
      buildInfo,
      parameters: parametersOf(request),
      startedAtMs: clock.monotonicMs(),
      serverStartMs: this.#serverStartMs,
      report: { query: '', startMs: 0, endMs: 0, stepMs: 0, samples: 0, peakSamples: 0, series: 0 },
    };
    let outcome = 'success';
    try {
      return okResponse(route.endpoint(context));
    } catch (error) {
      const refusal = prometheusErrorOf(error) ?? this.#bug(context, route, error);
      outcome = refusal.type;
      return errorResponse(refusal);
    } finally {
      const durationMs = clock.monotonicMs() - context.startedAtMs;
      this.#metrics.observe(route.name, outcome, durationMs, context.report.samples);
      if (route.isQuery) this.#tellOwner(context, outcome, durationMs);
      if (route.isQuery && durationMs >= this.#options.slowQueryMs) {
        this.#logQuery(context, route, outcome, durationMs);
      }
    }
  }

  #tellOwner({ request, report }: EndpointContext, outcome: string, durationMs: number): void {
    this.#options.workspaceLogs?.onQueryFinished({
      workspaceId: request.tenant,
      query: report.query.slice(0, LOGGED_QUERY_LENGTH_MAX),
      startMs: report.startMs,
      endMs: report.endMs,
      stepMs: report.stepMs,
      samplesProcessed: report.samples,
      durationMs,
      outcome,
      principalArn: request.principalArn,
      requestId: request.requestId,
    });
  }

  #bug({ request }: EndpointContext, route: Route, error: unknown): PrometheusError {
    this.#options.log('error', 'a query request failed', {
      workspace: request.tenant,
      requestId: request.requestId,
      endpoint: route.name,
      ...errorFields(error),
    });
    return new PrometheusError('internal', `internal error, request id ${request.requestId}`);
  }

  #logQuery({ request, report }: EndpointContext, route: Route, outcome: string, durationMs: number): void {
    const { query, ...cost }: QueryReport = report;
    this.#options.log('info', 'query', {
      workspace: request.tenant,
      requestId: request.requestId,
      principal: request.principalArn,
      endpoint: route.name,
      query: query.slice(0, LOGGED_QUERY_LENGTH_MAX),
      ...cost,
      durationMs,
      outcome,
    });
  }
}

function parametersOf({ method, search, body, headers }: EngineRequest): Parameters {
  return method === 'POST' ? new Parameters(search, body, headers['content-type']) : new Parameters(search);
}

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

function okResponse({ data, warnings, infos }: Answer): EngineResponse {
  if (data === null) return { status: 204, headers: {}, body: new Uint8Array(0) };
  return { status: 200, headers: JSON_HEADERS, body: bodyOf(envelope({ data, warnings, infos })) };
}

function* envelope({ data, warnings, infos }: Answer): Generator<Uint8Array, void> {
  const writer = new JsonWriter();
  writer.raw('{"status":"success","data":');
  yield* data!(writer);
  if (warnings.length > 0) {
    writer.raw(',"warnings":');
    writer.value(warnings);
  }
  if (infos.length > 0) {
    writer.raw(',"infos":');
    writer.value(infos);
  }
  writer.raw('}');
  yield writer.take();
}

/** One piece when that is all; otherwise pieces on demand. */
function bodyOf(pieces: Generator<Uint8Array, void>): EngineBody {
  const first = pieces.next();
  const second = pieces.next();
  if (first.done === true) return new Uint8Array(0);
  if (second.done === true) return first.value;
  return stream([first.value, second.value], pieces);
}

async function* stream(
  ready: Uint8Array[],
  rest: Generator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  yield* ready;
  yield* rest;
}

function errorResponse(error: PrometheusError): EngineResponse {
  // A lone surrogate is printed as U+FFFD, as everywhere in answers.
  const writer = new JsonWriter();
  writer.raw(`{"status":"error","errorType":"${error.type}","error":`);
  writer.string(error.message);
  writer.raw('}');
  return { status: error.status, headers: JSON_HEADERS, body: writer.take() };
}
