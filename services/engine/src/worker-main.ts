// The first file of the engine's thread; EngineWorker starts it, bundled.

import { parentPort, workerData } from 'node:worker_threads';
import { AddressPolicy, Outbound } from '@ampere/outbound';
import { assert, NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { receiverDelivery } from './alertmanager/receiver-delivery.ts';
import { openLocalEngine } from './local-engine.ts';
import { errorFields } from './log.ts';
import type { EngineStart } from './transport/engine-worker.ts';
import { hostEngine, portOf } from './transport/worker-host.ts';

assert(parentPort !== null, 'the file of the engine thread was started as a program');
const port = parentPort;
const { reportsQueries, ...settings } = workerData as EngineStart;

const isOpen = await hostEngine(portOf(port), (log, publish, workspaceLogs) => {
  // A promise that nobody waited for failed: a fault of ours, but no reason to take everyone's engine away.
  process.on('unhandledRejection', (error) => log('error', 'a promise failed unheard', errorFields(error)));
  const clock = new SystemClock();
  const outbound = new Outbound({ policy: new AddressPolicy(settings.outbound), clock });
  return openLocalEngine({
    ...settings,
    disk: new NodeDisk(),
    clock,
    random: new SystemRandom(),
    delivery: receiverDelivery({ publish, outbound, clock }),
    workspaceLogs,
    log,
    ...(reportsQueries
      ? { onQueryFinished: (record) => port.postMessage({ type: 'queryFinished', record }) }
      : {}),
  });
});
if (!isOpen) port.close();
