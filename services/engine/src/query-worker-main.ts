// The first file of a query thread; the engine's thread starts it, bundled.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { NodeDisk, SystemClock } from '@ampere/platform';
import { errorFields } from './log.ts';
import { languageOf } from './queries/language.ts';
import { QueryThread, type ThreadPort, threadLog } from './queries/query-thread.ts';
import type { ThreadStart } from './queries/start-threads.ts';
import { storageReaders } from './tenants/storage-reader.ts';

const { settings, port, counter } = workerData as ThreadStart;
const threadPort: ThreadPort = {
  post: (message, transfer = []) => port.postMessage(message, transfer),
  receive: () => receiveMessageOnPort(port)?.message,
  listen: (listener) => port.on('message', listener),
};
const log = threadLog(threadPort);
// A promise that nobody waited for failed: a fault of ours, but no reason to end everyone's queries.
process.on('unhandledRejection', (error) => log('error', 'a promise failed unheard', errorFields(error)));

QueryThread.serve({
  port: threadPort,
  counter,
  clock: new SystemClock(),
  promql: languageOf(settings.experimental),
  timeoutMs: settings.timeoutMs,
  openReader: storageReaders(new NodeDisk(), settings.cacheBytes, log),
});
