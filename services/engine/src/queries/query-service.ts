// The query service: every request below QUERY_API_PREFIX, from its coming to the last byte of its answer.
//
// 1. The path finds the endpoint. What only looks at the engine's own state is answered at once.
// 2. Everything else is a query: it waits in a fair queue for its turn, is run by a runner, and can be ended
//    at any time by its client, its deadline, an administrator or the server's stop. The deadline counts from
//    its coming.
// 3. A queue that is full turns queries away: a workspace's own limits with 429, the server's with 503.
// 4. When the last byte is gone the query is counted, logged when it was slow, and kept for status/queries.

import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { limitMessage } from '@ampere/limits';
import type { Registry } from '@ampere/metrics';
import type { Clock } from '@ampere/platform';
import type { Log } from '../log.ts';
import {
  answerRequest,
  bug,
  parametersOf,
  type RequestAnswer,
  refusal,
} from '../query-api/answer-request.ts';
import { timeoutOf } from '../query-api/deadline.ts';
import { newReport } from '../query-api/endpoint.ts';
import { PrometheusError } from '../query-api/prometheus-error.ts';
import { type FoundRoute, findRoute, type ReadRoute, type StateRoute } from '../query-api/routes.ts';
import type { BuildInfo, PromQl, QueryTenant } from '../query-api/tenant.ts';
import { ActiveQuery } from './active-query.ts';
import { FairQueue } from './fair-queue.ts';
import { LocalRunner } from './local-runner.ts';
import type { QueryDirectory, QueryRecord } from './query-directory.ts';
import { QueryLog } from './query-log.ts';
import { QueryMetrics } from './query-metrics.ts';
import type { QueryRunner } from './query-runner.ts';
import { canBeShared } from './thread-pool.ts';

/** Queries of all workspaces that wait. */
const WAITING_MAX = 1_000;
/** What a client that is turned away is told to wait. */
const RETRY_AFTER = { 'retry-after': '1' };

export interface QueryServiceOptions {
  readonly clock: Clock;
  readonly promql: PromQl;
  readonly buildInfo: BuildInfo;
  /** Gets a `query` record for each slow query, and an error with its stack for each bug. */
  readonly log: Log;
  /** Queries that take at least so long are logged; 0 for all. */
  readonly slowQueryMs: number;
  /** How long a query may take at most, and does when it doesn't ask for less. */
  readonly timeoutMs: number;
  /** Where the service registers its metrics; once a registry. */
  readonly registry: Registry;
  /** Makes what runs queries of storage that other threads can read; without it all run on this thread. */
  readonly makeRunner?: (onRoom: () => void) => QueryRunner;
  /** Told of every query that has ended. */
  readonly onQueryFinished?: ((record: QueryRecord) => void) | undefined;
}

export class QueryService {
  readonly #options: QueryServiceOptions;
  readonly #serverStartMs: number;
  readonly #metrics: QueryMetrics;
  readonly #queue = new FairQueue<ActiveQuery>(WAITING_MAX);
  readonly #local: LocalRunner;
  readonly #threads: QueryRunner | undefined;
  /** In the order in which they came. */
  readonly #active = new Map<string, ActiveQuery>();
  readonly #logs = new Map<string, QueryLog>();
  #nextId = 1;
  #isDispatching = false;
  #stopped: PrometheusError | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: QueryServiceOptions) {
    this.#options = options;
    this.#serverStartMs = options.clock.nowMs();
    this.#metrics = new QueryMetrics(options.registry, this.#queue);
    this.#local = new LocalRunner(options);
    this.#threads = options.makeRunner?.(() => this.#dispatch());
  }

  /** Answers a request under QUERY_API_PREFIX; errors are answers too. */
  async handle(request: EngineRequest, tenant: QueryTenant): Promise<EngineResponse> {
    const found = findRoute(request.path);
    if (found === undefined) return whole(refusal(new PrometheusError('not_found', '404 page not found')));
    const { route } = found;
    if (!route.methods.includes(request.method)) {
      const allow = { allow: route.methods.join(', ') };
      return whole(refusal(new PrometheusError('bad_data', 'Method Not Allowed', 405, allow)));
    }
    if (route.kind === 'state') return this.#lookUp(request, tenant, route, found);
    return this.#enqueue(request, tenant, route, found);
  }

  /** The queries of one workspace. */
  directory(workspaceId: string): QueryDirectory {
    const log = this.#logs.get(workspaceId);
    const nowMs = this.#options.clock.monotonicMs();
    const own = () => [...this.#active.values()].filter((query) => query.workspaceId === workspaceId);
    return {
      active: () => own().map((query) => query.view(nowMs)),
      last: () => log?.last() ?? [],
      slowest: () => log?.slowest() ?? [],
      cancel: (id) => {
        const query = this.#active.get(id);
        if (query === undefined || query.workspaceId !== workspaceId) return false;
        this.#end(query, new PrometheusError('canceled', `${canceledIn(query)}: by an administrator`));
        return true;
      },
    };
  }

  /** Ends the queries of a workspace that is about to go. */
  endWorkspace(workspaceId: string): void {
    for (const query of [...this.#active.values()]) {
      if (query.workspaceId === workspaceId)
        this.#end(query, new PrometheusError('unavailable', 'the workspace is being closed'));
    }
  }

  /** Forgets a workspace whose data is gone. */
  forgetWorkspace(workspaceId: string): void {
    this.#logs.delete(workspaceId);
    this.#threads?.forget(workspaceId);
  }

  /** Ends all queries, refuses new ones, and waits till the last has ended. */
  async stop(): Promise<void> {
    this.#stopped = new PrometheusError('unavailable', 'the server is stopping', 503, RETRY_AFTER);
    for (const query of [...this.#active.values()]) this.#end(query, this.#stopped);
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.#threads?.stop();
  }

  #lookUp(
    request: EngineRequest,
    tenant: QueryTenant,
    route: StateRoute,
    { pathLabel }: FoundRoute,
  ): EngineResponse {
    const { clock, promql, buildInfo, log, timeoutMs } = this.#options;
    const arrivedMs = clock.monotonicMs();
    const answer = answerRequest(request, route, log, () =>
      route.endpoint({
        request,
        parameters: parametersOf(request),
        tenant,
        pathLabel,
        promql,
        clock,
        buildInfo,
        serverStartMs: this.#serverStartMs,
        arrivedMs,
        queuedMs: 0,
        timeoutMaxMs: timeoutMs,
        checkWanted: () => {},
        report: newReport(),
        queries: this.directory(request.tenant),
      }),
    );
    this.#metrics.observe(route.name, answer.outcome, clock.monotonicMs() - arrivedMs, 0);
    return whole(answer);
  }

  #enqueue(
    request: EngineRequest,
    tenant: QueryTenant,
    route: ReadRoute,
    { pathLabel }: FoundRoute,
  ): Promise<EngineResponse> {
    const { clock } = this.#options;
    const id = String(this.#nextId++);
    const query = new ActiveQuery({ id, request, tenant, route, pathLabel, clock });
    const { promise } = query;
    query.onAnswer = () => this.#answered(query);
    query.onEnd = () => this.#ended(query);
    this.#active.set(id, query);
    query.listen(() => this.#end(query, new PrometheusError('canceled', canceledIn(query))));
    if (this.#stopped !== undefined) {
      this.#end(query, this.#stopped);
      return promise;
    }
    if (query.endReason !== undefined) return promise;
    const { concurrentQueriesMax: concurrentMax, queuedQueriesMax: waitingMax } = tenant.limits;
    tenant.usage.queries = () => this.#queue.of(request.tenant);
    const outcome = this.#queue.push(request.tenant, query, { concurrentMax, waitingMax });
    if (outcome !== 'waits') {
      query.failed(this.#turnAway(query, outcome));
      return promise;
    }
    query.isQueued = true;
    this.#dispatch();
    if (query.state === 'waiting') this.#limitWait(query);
    return promise;
  }

  #turnAway(query: ActiveQuery, why: 'lane-full' | 'queue-full'): PrometheusError {
    if (why === 'queue-full') {
      const text = 'the server has too many queries waiting; try again later';
      return new PrometheusError('unavailable', text, 503, RETRY_AFTER);
    }
    const text = limitMessage('queued_queries');
    query.tenant.usage.note('queued_queries', 1, text);
    return new PrometheusError('too_many_requests', text, 429, RETRY_AFTER);
  }

  /** A query that waits longer than it may take is over. */
  #limitWait(query: ActiveQuery): void {
    const { clock, timeoutMs } = this.#options;
    let limitMs = timeoutMs;
    try {
      limitMs = timeoutOf(query.parameters, timeoutMs);
    } catch {
      // Its turn comes, and then it is told what is wrong with it.
    }
    const leftMs = limitMs - (clock.monotonicMs() - query.arrivedMs);
    query.waitTimer = clock.after(leftMs, () => {
      if (query.state === 'waiting')
        this.#end(query, new PrometheusError('timeout', 'query timed out in query queue'));
    });
  }

  #dispatch(): void {
    // A query that ends at once comes back here.
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    while (this.#threads?.hasRoom ?? true) {
      const query = this.#queue.take();
      if (query === undefined) break;
      query.waitTimer?.cancel();
      query.begin();
      this.#metrics.waited(query.queuedMs);
      try {
        this.#runnerOf(query).run(query);
      } catch (error) {
        query.failed(bug(query.request, query.route.name, this.#options.log, error));
      }
    }
    this.#isDispatching = false;
  }

  #runnerOf(query: ActiveQuery): QueryRunner {
    return canBeShared(query.tenant.tsdb) ? (this.#threads ?? this.#local) : this.#local;
  }

  /** Has a query end early. */
  #end(query: ActiveQuery, reason: PrometheusError): void {
    if (query.endReason !== undefined) return;
    query.endReason = reason;
    if (query.state !== 'waiting') {
      this.#runnerOf(query).interrupt(query);
      query.breakOff(reason);
      return;
    }
    if (query.isQueued) {
      this.#queue.remove(query.workspaceId, query);
      query.isQueued = false;
    }
    query.failed(reason);
  }

  #answered(query: ActiveQuery): void {
    const { outcome, report, durationMs } = query;
    this.#metrics.observe(query.route.name, outcome, durationMs, report.samples);
    for (const { limit, message, example } of report.notes)
      query.tenant.usage.note(limit, 1, message, example);
  }

  /** The last byte is gone, or will never come. */
  #ended(query: ActiveQuery): void {
    this.#active.delete(query.id);
    query.waitTimer?.cancel();
    if (query.isQueued) this.#queue.done(query.workspaceId);
    const record = query.record();
    this.#logOf(query.workspaceId).add(record);
    if (record.durationMs >= this.#options.slowQueryMs) {
      const { workspaceId: workspace, principalArn: principal, ...rest } = record;
      this.#options.log('info', 'query', { workspace, principal, ...rest });
    }
    this.#options.onQueryFinished?.(record);
    if (this.#active.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    this.#dispatch();
  }

  #logOf(workspaceId: string): QueryLog {
    let log = this.#logs.get(workspaceId);
    if (log === undefined) {
      log = new QueryLog();
      this.#logs.set(workspaceId, log);
    }
    return log;
  }
}

/** Prometheus' words for a query that nobody wants any more. */
function canceledIn(query: ActiveQuery): string {
  const where = query.state === 'waiting' ? 'query queue' : 'expression evaluation';
  return `query was canceled in ${where}`;
}

/** A small answer in one piece. */
function whole({ status, headers, pieces }: RequestAnswer): EngineResponse {
  return { status, headers, body: Buffer.concat([...pieces]) };
}
