// The query threads, each with at most one query that is evaluated.
//
// 1. A query goes to a free thread, rather to one that sends fewer answers. When all are busy the next one is
//    started, up to as many as were asked for.
// 2. While it reads, the state of the database that it was lent stays as it is.
// 3. A thread that dies takes its queries with it, which are answered with 503, and is replaced: at once when it
//    had come to serve, else after a while.
// 4. A query that doesn't end though it should, because something in it looks at nothing, has its thread ended
//    after GRACE_MS: no query hangs for good.

import { assert, type Clock, type Timer } from '@ampere/platform';
import type { Log } from '../log.ts';
import type { QueryReport } from '../query-api/endpoint.ts';
import { PrometheusError } from '../query-api/prometheus-error.ts';
import type { QueryLimits, QueryStorage, QueryTenant } from '../query-api/tenant.ts';
import { ChunkQueue } from '../transport/chunk-queue.ts';
import type { QueryJob, QueryRunner } from './query-runner.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

/** How long a query may go on after it was told to end, or after its deadline. */
export const GRACE_MS = 5_000;
/** After a thread that could not even start. */
const RESTART_MS = 1_000;
/** Answers that a thread sends at once; one that sends more takes no queries. */
const STREAMS_MAX = 16;

/** A thread as the pool sees it. */
export interface ThreadHandle {
  post(message: ToThread): void;
  /** Ends it, whatever it does. */
  terminate(): Promise<void>;
}

export interface ThreadEvents {
  onMessage(message: FromThread): void;
  /** Once, also after `terminate`. */
  onExit(why: string): void;
}

export interface ThreadPoolOptions {
  readonly threads: number;
  readonly startThread: (events: ThreadEvents) => ThreadHandle;
  /** How long a query may take at most, the wait for its turn included. */
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a query can be taken again. */
  readonly onRoom: () => void;
}

/** Whether other threads can read a database. */
export function canBeShared(
  tsdb: QueryStorage,
): tsdb is QueryStorage & Required<Pick<QueryStorage, 'share' | 'lease'>> {
  return tsdb.share !== undefined && tsdb.lease !== undefined;
}

/** One query on a thread. */
interface Task {
  readonly job: QueryJob;
  readonly id: number;
  lease: { release(): void } | undefined;
  body: ChunkQueue | undefined;
  /** Of the answer, complete when the body has ended. */
  report: QueryReport | undefined;
  /** Fires when the thread should long have ended it. */
  watch: Timer;
}

export class ThreadPool implements QueryRunner {
  readonly #options: ThreadPoolOptions;
  readonly #threads: PoolThread[] = [];
  #isStopped = false;
  #restart: Timer | undefined;

  constructor(options: ThreadPoolOptions) {
    assert(options.threads > 0, 'a pool without threads');
    this.#options = options;
    this.#start();
  }

  get hasRoom(): boolean {
    return this.#threads.some((thread) => thread.isFree);
  }

  run(job: QueryJob): void {
    let chosen: PoolThread | undefined;
    for (const thread of this.#threads) {
      if (thread.isFree && (chosen === undefined || thread.streams < chosen.streams)) chosen = thread;
    }
    assert(chosen !== undefined, 'a query is given to a pool without room');
    chosen.run(job);
    // Threads come one by one, as they are needed: each takes some 15 MB and a tenth of a second.
    const { threads } = this.#options;
    if (!this.#isStopped && this.#threads.length < threads && this.#threads.every((thread) => thread.isBusy))
      this.#start();
  }

  interrupt(job: QueryJob): void {
    for (const thread of this.#threads) thread.interrupt(job);
  }

  forget(workspaceId: string): void {
    for (const thread of this.#threads) thread.forget(workspaceId);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#restart?.cancel();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #start(): void {
    const { log, clock, onRoom } = this.#options;
    const thread: PoolThread = new PoolThread(this.#options, (why) => {
      this.#threads.splice(this.#threads.indexOf(thread), 1);
      if (this.#isStopped) return;
      log('error', 'a query thread has ended and is replaced', { why });
      if (thread.wasReady) this.#start();
      else {
        this.#restart = clock.after(RESTART_MS, () => {
          if (!this.#isStopped) this.#start();
        });
      }
      onRoom();
    });
    this.#threads.push(thread);
  }
}

/** The limits that a thread looks at, without all the others of the workspace. */
function limitsOf({ limits }: QueryTenant): QueryLimits {
  return {
    queryTimeRangeMs: limits.queryTimeRangeMs,
    querySamplesMax: limits.querySamplesMax,
    queryBytesMax: limits.queryBytesMax,
    concurrentQueriesMax: limits.concurrentQueriesMax,
    queuedQueriesMax: limits.queuedQueriesMax,
    retentionMs: limits.retentionMs,
  };
}

class PoolThread {
  wasReady = false;
  readonly #options: ThreadPoolOptions;
  readonly #handle: ThreadHandle;
  readonly #tasks = new Map<number, Task>();
  /** The databases that the thread was told how to read, by workspace. */
  readonly #known = new Map<string, QueryStorage>();
  #isEnding = false;
  #evaluating: Task | undefined;
  #nextId = 1;

  constructor(options: ThreadPoolOptions, onExit: (why: string) => void) {
    this.#options = options;
    this.#handle = options.startThread({
      onMessage: (message) => this.#take(message),
      onExit: (why) => {
        this.#isEnding = true;
        const text = 'the thread that ran the query has ended; the query may need too much memory';
        for (const task of [...this.#tasks.values()])
          this.#fail(task, task.job.endReason ?? new PrometheusError('unavailable', text));
        onExit(why);
      },
    });
  }

  get isFree(): boolean {
    return this.wasReady && !this.#isEnding && this.#evaluating === undefined && this.streams < STREAMS_MAX;
  }

  /** Whether it evaluates; one that is still starting isn't. */
  get isBusy(): boolean {
    return this.#evaluating !== undefined;
  }

  /** Answers that it sends. */
  get streams(): number {
    return this.#tasks.size - (this.#evaluating === undefined ? 0 : 1);
  }

  run(job: QueryJob): void {
    const { clock, timeoutMs, graceMs } = this.#options;
    const { request, tenant, workspaceId, queuedMs } = job;
    const { tsdb } = tenant;
    assert(canBeShared(tsdb), 'a query thread is given storage that it can not read');
    const ageMs = clock.monotonicMs() - job.arrivedMs;
    const lease = tsdb.lease();
    const id = this.#nextId++;
    const watch = this.#watch(timeoutMs - ageMs + graceMs);
    const task: Task = { job, id, lease, body: undefined, report: undefined, watch };
    this.#tasks.set(id, task);
    this.#evaluating = task;
    // A workspace that was deleted and made again has another database.
    const isKnown = this.#known.get(workspaceId) === tsdb;
    this.#known.set(workspaceId, tsdb);
    const { signal: _, ...plain } = request;
    this.#handle.post({
      type: 'run',
      id,
      request: plain,
      share: isKnown ? undefined : tsdb.share(),
      descriptor: lease.descriptor,
      limits: limitsOf(tenant),
      ageMs,
      queuedMs,
    });
  }

  interrupt(job: QueryJob): void {
    for (const task of this.#tasks.values()) {
      if (task.job !== job || job.endReason === undefined) continue;
      const { type, message, status } = job.endReason;
      this.#cancel(task, { type, message, status });
    }
  }

  forget(workspaceId: string): void {
    if (this.#known.delete(workspaceId)) this.#handle.post({ type: 'forget', workspaceId });
  }

  async terminate(): Promise<void> {
    this.#isEnding = true;
    await this.#handle.terminate();
  }

  #cancel(task: Task, error: Extract<ToThread, { type: 'cancel' }>['error']): void {
    this.#handle.post({ type: 'cancel', id: task.id, error });
    task.watch.cancel();
    task.watch = this.#watch(this.#options.graceMs);
  }

  /** Ends the thread when the time is over. */
  #watch(afterMs: number): Timer {
    return this.#options.clock.after(afterMs, () => {
      this.#options.log('warn', 'a query does not end; its thread is ended', {});
      void this.terminate();
    });
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'ready':
        this.wasReady = true;
        this.#options.onRoom();
        return;
      case 'log':
        this.#options.log(message.level, message.message, message.fields);
        return;
      default: {
        const task = this.#tasks.get(message.id);
        if (task !== undefined) this.#takeOf(task, message);
      }
    }
  }

  #takeOf(task: Task, message: Exclude<FromThread, { type: 'ready' | 'log' }>): void {
    switch (message.type) {
      case 'answer':
        this.#answer(task, message);
        return;
      case 'chunk':
        task.body?.push(message.bytes);
        return;
      case 'end':
        this.#done(task);
        if (task.report !== undefined) Object.assign(task.report, message.report);
        task.body?.end();
        this.#options.onRoom();
        return;
      case 'failure': {
        const error = task.job.endReason ?? new PrometheusError('internal', message.message);
        this.#fail(task, error);
        this.#options.onRoom();
      }
    }
  }

  #answer(task: Task, message: Extract<FromThread, { type: 'answer' }>): void {
    const { id, job } = task;
    const { status, headers, outcome, error, report, body, isReading } = message;
    this.#evaluating = undefined;
    if (body !== undefined) {
      this.#done(task);
      job.answered({ status, headers, outcome, error, report, body });
      this.#options.onRoom();
      return;
    }
    task.watch.cancel();
    if (!isReading) this.#release(task);
    task.report = report;
    task.body = new ChunkQueue({
      onTaken: () => this.#handle.post({ type: 'credit', id }),
      onCancelled: () => {
        if (this.#tasks.has(id)) this.#cancel(task, undefined);
      },
    });
    job.answered({ status, headers, outcome, error, report, body: task.body });
    this.#options.onRoom();
  }

  #fail(task: Task, error: PrometheusError): void {
    this.#done(task);
    if (task.body === undefined) task.job.failed(error);
    else task.body.fail(error);
  }

  #done(task: Task): void {
    this.#tasks.delete(task.id);
    if (this.#evaluating === task) this.#evaluating = undefined;
    task.watch.cancel();
    this.#release(task);
  }

  #release(task: Task): void {
    task.lease?.release();
    task.lease = undefined;
  }
}
