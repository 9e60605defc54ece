// The entry of a worker thread with a real engine around a fake storage, for tests of the thread itself.
// The query API does what its path says.

import { parentPort, workerData } from 'node:worker_threads';
import { Limits } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { NodeDisk, SystemClock } from '@ampere/platform';
import { Engine, type QueryApi } from '../engine.ts';
import type { EngineSettings } from '../engine-settings.ts';
import { hostEngine, portOf } from '../transport/worker-host.ts';
import { FakeStorages } from './fake-storage.ts';

const queryApi: QueryApi = {
  handle: async ({ path }) => {
    if (path.endsWith('/never')) return new Promise(() => {});
    if (path.endsWith('/crash')) {
      queueMicrotask(() => {
        throw new Error('out of luck');
      });
    }
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 20; i++) yield new Uint8Array(1000).fill(i);
    }
    return { status: 200, headers: {}, body: body() };
  },
};

const { dataDir, limits } = workerData as EngineSettings;
const isOpen = await hostEngine(portOf(parentPort!), (log) =>
  Engine.open({
    dataDir,
    limits: new Limits(limits),
    openStorage: new FakeStorages().open,
    queryApi,
    registry: new Registry(),
    disk: new NodeDisk(),
    clock: new SystemClock(),
    log,
  }),
);
if (!isOpen) parentPort!.close();
