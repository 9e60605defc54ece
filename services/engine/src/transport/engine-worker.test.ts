import { writeFileSync } from 'node:fs';
import type { EngineRequest } from '@ampere/contracts';
import { parseLimits } from '@ampere/limits';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { bundleWorker } from '../testing/bundle-worker.ts';
import { makeGate } from '../testing/gate.ts';
import { NO_TOPICS } from '../testing/no-topics.ts';
import { EngineWorker } from './engine-worker.ts';

const BUILD_INFO = {
  version: '3.5.0',
  revision: '',
  branch: '',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};

async function start(dataDir?: string) {
  const folder = temporaryFolder();
  const exited = makeGate<Error>();
  const logged: string[] = [];
  const worker = await EngineWorker.start({
    entry: await bundleWorker(new URL('../testing/worker-entry.ts', import.meta.url), folder),
    settings: {
      dataDir: dataDir ?? `${folder}/data`,
      limits: parseLimits(undefined),
      fsync: 'always',
      buildInfo: BUILD_INFO,
      queries: { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1000, experimental: true },
      publicUrl: '',
      outbound: { allowPrivate: false, allow: [] },
    },
    log: (level, message) => logged.push(`${level} ${message}`),
    publish: NO_TOPICS,
    onExit: exited.open,
  });
  return { worker, exited: exited.promise, logged };
}

function makeRequest(path: string, body: Uint8Array = new Uint8Array(0)): EngineRequest {
  return {
    tenant: 'ws-1',
    method: 'POST',
    path,
    search: '',
    headers: {},
    body,
    principalArn: '',
    requestId: 'r-1',
  };
}

test('an engine in a thread serves, streams, logs and stops', async () => {
  const { worker, logged } = await start();
  await worker.createTenant('ws-1');
  const timeseries = [{ labels: [['__name__', 'm']] as const, samples: [{ timestampMs: 1, value: 1 }] }];
  const body = encodeSnappy(encodeWriteRequest({ timeseries }));
  expect((await worker.request(makeRequest('/api/v1/push', body))).status).toBe(200);
  const streamed = await worker.request(makeRequest('/prometheus/api/v1/stream'));
  const seen: number[] = [];
  for await (const chunk of streamed.body as AsyncIterable<Uint8Array>) seen.push(chunk.length, chunk[0]!);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => [1000, i]).flat());
  expect(await worker.metricsText()).toContain('ampere_ingested_samples_total{workspace="ws-1"} 1\n');
  await expect(worker.createTenant('../x')).rejects.toThrow('tenant id must be');
  await worker.deleteTenant('ws-1');
  expect((await worker.request(makeRequest('/api/v1/push'))).status).toBe(404);
  expect(logged).toContain('info workspaces opened');
  await worker.stop();
  await expect(worker.metricsText()).rejects.toThrow("the engine's thread has ended");
});

test('when the thread dies, what waits for it fails, and its owner is told why', async () => {
  const { worker, exited } = await start();
  await worker.createTenant('ws-1');
  const waiting = expect(worker.request(makeRequest('/prometheus/api/v1/never'))).rejects.toThrow(
    'out of luck',
  );
  const crashing = worker.request(makeRequest('/prometheus/api/v1/crash')).catch(() => undefined);
  expect((await exited).message).toBe("the engine's thread has ended: out of luck");
  await waiting;
  await crashing;
  await expect(worker.request(makeRequest('/api/v1/push'))).rejects.toThrow('out of luck');
});

test('a thread that can not open its storage fails the start with the reason', async () => {
  const folder = temporaryFolder();
  writeFileSync(`${folder}/file`, '');
  await expect(start(`${folder}/file`)).rejects.toThrow('ENOTDIR');
});
