// Query threads as worker threads of Node.js: how one is started, spoken to and bounded in memory.

import { MessageChannel, Worker } from 'node:worker_threads';
import { assert, type Clock } from '@ampere/platform';
import type { QuerySettings } from '../engine-settings.ts';
import type { Log } from '../log.ts';
import type { QueryRunner } from './query-runner.ts';
import type { FromThread, ThreadSettings } from './thread-messages.ts';
import { GRACE_MS, type ThreadEvents, type ThreadHandle, ThreadPool } from './thread-pool.ts';

/** JavaScript objects of one query; its columns are not among them. Beyond it the thread ends, not the server. */
const HEAP_MEGABYTES_MAX = 2048;

/** Pages of blocks that all threads keep together, and what one keeps at least and at most. */
const CACHE_BYTES_TOTAL = 256 << 20;
const CACHE_BYTES_MIN = 16 << 20;
const CACHE_BYTES_MAX = 64 << 20;

export interface QueryThreadsOptions extends QuerySettings {
  readonly heapMegabytes?: number;
  readonly graceMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes a pool of worker threads, once it is known whom to tell when there is room. */
export function startQueryThreads(options: QueryThreadsOptions): (onRoom: () => void) => QueryRunner {
  const {
    threads,
    entry,
    timeoutMs,
    experimental,
    heapMegabytes = HEAP_MEGABYTES_MAX,
    clock,
    log,
    graceMs = GRACE_MS,
  } = options;
  assert(entry !== undefined, 'query threads without a file to start');
  const cacheBytes = Math.max(CACHE_BYTES_MIN, Math.min(CACHE_BYTES_MAX, CACHE_BYTES_TOTAL / threads));
  const settings: ThreadSettings = { timeoutMs, experimental, cacheBytes };
  const startThread = (events: ThreadEvents) => startWorker(new URL(entry), settings, heapMegabytes, events);
  return (onRoom) => new ThreadPool({ threads, startThread, timeoutMs, graceMs, clock, log, onRoom });
}

/** What a query thread finds in its workerData. */
export interface ThreadStart {
  readonly settings: ThreadSettings;
  readonly port: import('node:worker_threads').MessagePort;
  readonly counter: Int32Array;
}

function startWorker(
  entry: URL,
  settings: ThreadSettings,
  heapMegabytes: number,
  events: ThreadEvents,
): ThreadHandle {
  const { port1, port2 } = new MessageChannel();
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const start: ThreadStart = { settings, port: port2, counter };
  const worker = new Worker(entry, {
    workerData: start,
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  let cause: string | undefined;
  worker.on('error', (error: Error) => {
    cause = error.message;
  });
  worker.once('exit', (code) => {
    port1.close();
    events.onExit(cause ?? `exit code ${code}`);
  });
  port1.on('message', (message: FromThread) => events.onMessage(message));
  return {
    post: (message) => {
      port1.postMessage(message);
      // Only then: who sees the number finds the message.
      Atomics.add(counter, 0, 1);
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}
