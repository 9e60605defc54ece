// A query thread's own side: takes queries from its port, evaluates them one at a time, streams answers.
//
// 1. `run` evaluates to the end, without returning to the event loop. In between, when the budget or a loop over
//    series says so, `#look` compares the shared counter and takes messages that have come.
// 2. A small answer goes back whole. Of a large one the first chunks go; each credit brings one more, also while
//    another query is evaluated, so that a slow client holds up nobody and memory holds a few chunks.
// 3. A database is opened when its first query comes, and kept until the workspace is gone.

import type { EngineRequest } from '@ampere/contracts';
import { assert, type Clock } from '@ampere/platform';
import type { Querier } from '@ampere/series';
import type { LeaseDescriptor, TsdbShare } from '@ampere/tsdb';
import type { Log } from '../log.ts';
import { answerRequest, openingOf, parametersOf } from '../query-api/answer-request.ts';
import { newReport, type QueryReport } from '../query-api/endpoint.ts';
import { PrometheusError } from '../query-api/prometheus-error.ts';
import { findRoute } from '../query-api/routes.ts';
import type { PromQl } from '../query-api/tenant.ts';
import { movable } from '../transport/messages.ts';
import { CHUNKS_AHEAD, type ErrorData, type FromThread, type ToThread } from './thread-messages.ts';

/** A database as a query thread reads it. */
export interface StorageReader {
  /** A reading of the state that was lent; to be closed. */
  querier(descriptor: LeaseDescriptor): Querier;
  close(): void;
}

/** The thread's end of its port. */
export interface ThreadPort {
  post(message: FromThread, transfer?: readonly ArrayBuffer[]): void;
  /** The next message that has come, without waiting. */
  receive(): ToThread | undefined;
  /** Calls for each message that comes while nothing runs. */
  listen(listener: (message: ToThread) => void): void;
}

export interface QueryThreadOptions {
  readonly port: ThreadPort;
  /** Raised by the other side with every message. */
  readonly counter: Int32Array;
  readonly clock: Clock;
  readonly promql: PromQl;
  /** How long a query may take at most. */
  readonly timeoutMs: number;
  /** Opens what `share` stands for. */
  readonly openReader: (share: TsdbShare) => StorageReader;
}

type Run = Extract<ToThread, { type: 'run' }>;

/** An answer whose rest is still to be written. */
interface Stream {
  readonly id: number;
  readonly ready: Uint8Array[];
  readonly pieces: Generator<Uint8Array, void>;
  readonly report: QueryReport;
  credit: number;
  isWriting: boolean;
  endReason: PrometheusError | undefined;
}

/** Sends log records to the other side. */
export function threadLog(port: Pick<ThreadPort, 'post'>): Log {
  return (level, message, fields = {}) => port.post({ type: 'log', level, message, fields });
}

export class QueryThread {
  readonly #options: QueryThreadOptions;
  readonly #log: Log;
  readonly #readers = new Map<string, StorageReader>();
  readonly #shares = new Map<string, TsdbShare>();
  readonly #streams = new Map<number, Stream>();
  /** What came in the middle of an evaluation and has to wait for its end. */
  readonly #later: ToThread[] = [];
  #seen = 0;
  #running: { readonly id: number; endReason: PrometheusError | undefined } | undefined;

  private constructor(options: QueryThreadOptions) {
    this.#options = options;
    this.#log = threadLog(options.port);
  }

  /** Serves its port from now on. */
  static serve(options: QueryThreadOptions): void {
    const thread = new QueryThread(options);
    options.port.listen((message) => thread.#take(message));
    options.port.post({ type: 'ready' });
  }

  #take(message: ToThread): void {
    switch (message.type) {
      case 'run':
        this.#run(message);
        for (let next = this.#later.shift(); next !== undefined; next = this.#later.shift()) this.#take(next);
        return;
      case 'forget':
        this.#forget(message.workspaceId);
        return;
      default:
        this.#takeUrgent(message);
    }
  }

  /** What matters in the middle of an evaluation. */
  #takeUrgent(message: Extract<ToThread, { type: 'credit' | 'cancel' }>): void {
    const stream = this.#streams.get(message.id);
    if (message.type === 'credit') {
      if (stream === undefined) return;
      stream.credit++;
      this.#write(stream);
      return;
    }
    const reason = errorOf(message.error);
    if (this.#running?.id === message.id) this.#running.endReason = reason;
    if (stream === undefined) return;
    stream.endReason = reason;
    if (!stream.isWriting) this.#drop(stream);
  }

  /** Takes what has come; throws when the query that runs was ended. */
  #look(run: { readonly endReason: PrometheusError | undefined }): void {
    const count = Atomics.load(this.#options.counter, 0);
    if (count !== this.#seen) {
      this.#seen = count;
      for (let next = this.#options.port.receive(); next !== undefined; next = this.#options.port.receive()) {
        if (next.type === 'run' || next.type === 'forget') this.#later.push(next);
        else this.#takeUrgent(next);
      }
    }
    if (run.endReason !== undefined) throw run.endReason;
  }

  #run({ id, request, share, descriptor, limits, ageMs, queuedMs }: Run): void {
    const { clock, promql, timeoutMs, port } = this.#options;
    if (share !== undefined) {
      // A workspace of that name may have been there before.
      this.#forget(request.tenant);
      this.#shares.set(request.tenant, share);
    }
    const found = findRoute(request.path);
    if (found?.route.kind !== 'read') {
      port.post({ type: 'failure', id, message: `${request.path} is no query` });
      return;
    }
    const { route, pathLabel } = found;
    const run = { id, endReason: undefined };
    const report = newReport();
    this.#running = run;
    const answer = answerRequest(request, route, this.#log, () => {
      // What came before the query did: its end, perhaps.
      this.#look(run);
      return route.endpoint({
        request: request as EngineRequest,
        parameters: parametersOf(request),
        tenant: { tsdb: { querier: () => this.#reader(request.tenant).querier(descriptor) }, limits },
        pathLabel,
        promql,
        clock,
        arrivedMs: clock.monotonicMs() - ageMs,
        queuedMs,
        timeoutMaxMs: timeoutMs,
        checkWanted: () => this.#look(this.#running ?? run),
        report,
      });
    });
    const { pieces, ...rest } = answer;
    let opening: ReturnType<typeof openingOf>;
    try {
      opening = openingOf(pieces);
    } catch (error) {
      this.#fail(id, error);
      return;
    } finally {
      this.#running = undefined;
    }
    if (opening.isWhole) {
      const body = movable(opening.pieces[0] ?? new Uint8Array(0));
      port.post({ type: 'answer', id, ...rest, report, body }, [body.buffer]);
      return;
    }
    port.post({ type: 'answer', id, ...rest, report, body: undefined });
    const ready = [...opening.pieces];
    const stream = {
      id,
      ready,
      pieces,
      report,
      credit: CHUNKS_AHEAD,
      isWriting: false,
      endReason: undefined,
    };
    this.#streams.set(id, stream);
    this.#write(stream);
  }

  /** Sends as many chunks as may be sent. */
  #write(stream: Stream): void {
    if (stream.isWriting) return;
    const { port } = this.#options;
    const { id, ready, pieces, report } = stream;
    const outer = this.#running;
    stream.isWriting = true;
    // Reading for this answer looks whether this one is wanted.
    this.#running = stream;
    try {
      while (stream.credit > 0) {
        const next = ready.length > 0 ? ready.shift()! : pieces.next().value;
        if (stream.endReason !== undefined) {
          this.#drop(stream);
          return;
        }
        if (!(next instanceof Uint8Array)) {
          this.#streams.delete(id);
          port.post({ type: 'end', id, report });
          return;
        }
        stream.credit--;
        const bytes = movable(next);
        port.post({ type: 'chunk', id, bytes }, [bytes.buffer]);
      }
    } catch (error) {
      this.#streams.delete(id);
      this.#fail(id, error);
    } finally {
      stream.isWriting = false;
      this.#running = outer;
    }
  }

  /** Ends an answer in the middle. */
  #drop(stream: Stream): void {
    const { id, pieces, endReason } = stream;
    this.#streams.delete(id);
    pieces.return();
    this.#options.port.post({ type: 'failure', id, message: endReason?.message ?? 'ended' });
  }

  #fail(id: number, error: unknown): void {
    if (!(error instanceof PrometheusError)) {
      const text = error instanceof Error ? error.message : String(error);
      const stack = error instanceof Error ? error.stack : undefined;
      this.#log('error', 'an answer failed in the middle', { error: text, stack });
    }
    this.#options.port.post({
      type: 'failure',
      id,
      message: error instanceof Error ? error.message : String(error),
    });
  }

  #reader(workspaceId: string): StorageReader {
    let reader = this.#readers.get(workspaceId);
    if (reader === undefined) {
      const share = this.#shares.get(workspaceId);
      assert(share !== undefined, 'a query of a workspace that the thread was told nothing of');
      reader = this.#options.openReader(share);
      this.#readers.set(workspaceId, reader);
    }
    return reader;
  }

  #forget(workspaceId: string): void {
    this.#shares.delete(workspaceId);
    this.#readers.get(workspaceId)?.close();
    this.#readers.delete(workspaceId);
  }
}

function errorOf(data: ErrorData | undefined): PrometheusError {
  if (data === undefined) return new PrometheusError('canceled', 'nobody wants the answer');
  return new PrometheusError(data.type, data.message, data.status);
}
