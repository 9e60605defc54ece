// The first file of the background thread; Background starts it, bundled.
import { parentPort, workerData } from 'node:worker_threads';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { assert, NodeDisk, SystemClock } from '@ampere/platform';
import { BackgroundThread } from './background-thread.ts';
import type { BackgroundSettings, ToBackground } from './messages.ts';
import { scrapeFetch } from './scrape-fetch.ts';

assert(parentPort !== null, 'the file of the background thread was started as a program');
const port = parentPort;
const { targetsFolder, allow, allowPrivate, kubeconfigs } = workerData as BackgroundSettings;
const clock = new SystemClock();
const outbound = new Outbound({ policy: new AddressPolicy({ allowPrivate, allow }), clock });
// An API server's address is the operator's, who permitted it by naming it in a kubeconfig.
const toServers = new Outbound({
  policy: new AddressPolicy({ allowPrivate: true, allow: ['0.0.0.0/0', '::/0'] }),
  clock,
});
const thread = new BackgroundThread({
  post: (message) => port.postMessage(message),
  fetch: scrapeFetch(outbound),
  fetchServer: scrapeFetch(toServers),
  kubeconfigs,
  targetsFolder,
  clock,
  disk: new NodeDisk(),
});
// A fault of ours in one scraper is no reason to take everyone's away.
process.on('unhandledRejection', (error) =>
  port.postMessage({ type: 'problem', message: error instanceof Error ? error.stack : String(error) }),
);
port.on('message', (message: ToBackground) => thread.take(message));
