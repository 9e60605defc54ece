// A query service with real threads over storage that is made up, for tests.

import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { Registry } from '@ampere/metrics';
import { SystemClock } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import type { TsdbShare } from '@ampere/tsdb';
import { beforeAll, onTestFinished } from 'vitest';
import { languageOf } from '../queries/language.ts';
import type { QueryRecord } from '../queries/query-directory.ts';
import { QueryService } from '../queries/query-service.ts';
import { startQueryThreads } from '../queries/start-threads.ts';
import { collect, NOW_MS, readTenant } from '../query-api/testing/api-kit.ts';
import { bundleWorker } from './bundle-worker.ts';
import type { MadeUpStorage } from './query-thread-entry.ts';

let entry: URL;

/** To be called at the head of a test file. */
export function buildQueryThreads(): void {
  beforeAll(async () => {
    entry = await bundleWorker(new URL('./query-thread-entry.ts', import.meta.url), temporaryFolder());
  });
}

const REQUEST: EngineRequest = {
  tenant: 'ws-1',
  method: 'GET',
  path: '/prometheus/api/v1/query',
  search: '',
  headers: {},
  body: new Uint8Array(0),
  principalArn: 'arn:aws:iam::000000000000:root',
  requestId: 'request-1',
};

export function openQueryThreads(
  options: { threads?: number; timeoutMs?: number; heapMegabytes?: number; graceMs?: number } = {},
) {
  const clock = new SystemClock();
  const { threads = 1, timeoutMs = 120_000 } = options;
  const logged: string[] = [];
  const records: QueryRecord[] = [];
  let leases = 0;
  const promql = languageOf(true);
  const log = (level: string, message: string) => void logged.push(`${level} ${message}`);
  const service = new QueryService({
    clock,
    promql,
    buildInfo: { version: '', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
    log,
    slowQueryMs: Number.POSITIVE_INFINITY,
    timeoutMs,
    registry: new Registry(),
    onQueryFinished: (record) => records.push(record),
    makeRunner: startQueryThreads({
      threads,
      entry: entry.href,
      timeoutMs,
      slowLogMs: 0,
      experimental: true,
      heapMegabytes: options.heapMegabytes ?? 512,
      graceMs: options.graceMs ?? 5_000,
      clock,
      log,
    }),
  });
  onTestFinished(() => service.stop());
  const ask = (
    storage: MadeUpStorage,
    search: string,
    change: Partial<EngineRequest> = {},
    limits: Parameters<typeof readTenant>[1] = {},
    lend?: () => never,
  ): Promise<EngineResponse> => {
    const lease = () => {
      leases++;
      const descriptor = { blocks: [], headFloorMs: NOW_MS, generation: 0 };
      return { descriptor, release: () => void leases-- };
    };
    // The entry takes this for how to make data up.
    const share = () => storage as unknown as TsdbShare;
    const tenant = readTenant({ share, lease: lend ?? lease }, limits);
    return service.handle({ ...REQUEST, search, ...change }, tenant);
  };
  return { service, ask, logged, records, leaseCount: () => leases };
}

export async function jsonOf({ body }: EngineResponse) {
  return JSON.parse(new TextDecoder().decode(await collect(body)));
}

export const small: MadeUpStorage = { series: 3, samplesPerSeries: 5 };
export const endless: MadeUpStorage = { series: Number.POSITIVE_INFINITY, samplesPerSeries: 5 };
export const at = (query: string, more = '') =>
  `query=${encodeURIComponent(query)}&time=${NOW_MS / 1000}${more}`;
