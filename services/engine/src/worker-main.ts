// The first file of the engine's thread; EngineWorker starts it, bundled.

import { parentPort, workerData } from 'node:worker_threads';
import { assert, NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { NO_DELIVERY } from './alertmanager/no-delivery.ts';
import type { EngineSettings } from './engine-settings.ts';
import { openLocalEngine } from './local-engine.ts';
import { errorFields } from './log.ts';
import { hostEngine, portOf } from './transport/worker-host.ts';

assert(parentPort !== null, 'the file of the engine thread was started as a program');
const port = parentPort;

const isOpen = await hostEngine(portOf(port), (log, _publish, workspaceLogs) => {
  // A promise that nobody waited for failed: a fault of ours, but no reason to take everyone's engine away.
  process.on('unhandledRejection', (error) => log('error', 'a promise failed unheard', errorFields(error)));
  return openLocalEngine({
    ...(workerData as EngineSettings),
    disk: new NodeDisk(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    delivery: NO_DELIVERY,
    workspaceLogs,
    log,
  });
});
if (!isOpen) port.close();
