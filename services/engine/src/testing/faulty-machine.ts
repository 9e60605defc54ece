// The engine with its real parts on a disk and a clock that a test makes fail, for tests of faults.

import type { EngineRequest } from '@ampere/contracts';
import { parseLimits } from '@ampere/limits';
import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import type { Engine } from '../engine.ts';
import { openLocalEngine } from '../local-engine.ts';
import { collect } from '../query-api/testing/api-kit.ts';
import { NO_DELIVERY } from './no-delivery.ts';

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

const REQUEST = { search: '', headers: {}, principalArn: 'arn', requestId: 'request-1' };

export class FaultyMachine {
  readonly random: SeededRandom;
  readonly disk: MemoryDisk;
  readonly clock: FakeClock;
  readonly logged: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  readonly #limits: unknown;

  /** `limits` as in the configuration file. */
  constructor(options: { seed?: number; nowMs?: number; limits?: unknown } = {}) {
    this.random = new SeededRandom(options.seed ?? 1);
    this.disk = new MemoryDisk(this.random);
    this.clock = new FakeClock(options.nowMs);
    this.#limits = options.limits;
  }

  open(): Promise<Engine> {
    const { disk, clock, random } = this;
    return openLocalEngine({
      dataDir: '/data',
      limits: parseLimits(this.#limits),
      fsync: 'always',
      buildInfo: { version: '', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' },
      publicUrl: 'http://ampere.test',
      outbound: { allowPrivate: false, allow: [] },
      queries: { threads: 0, entry: undefined, timeoutMs: 120_000, slowLogMs: 1e9, experimental: true },
      delivery: NO_DELIVERY,
      disk,
      clock,
      random,
      log: (level, message, fields = {}) => this.logged.push({ level, message, fields }),
    });
  }
}

/** Answers of a workspace's push endpoint. */
export async function push(
  engine: Engine,
  tenant: string,
  series: readonly WrittenSeries[],
): Promise<Answered> {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    samples: samples.map(([timestampMs, value]) => ({ timestampMs, value })),
  }));
  const body = encodeSnappy(encodeWriteRequest({ timeseries }));
  return await answerOf(engine, { ...REQUEST, tenant, method: 'POST', path: '/api/v1/push', body });
}

/** Answers of a workspace's query API; `target` is `path?search`. */
export async function get(engine: Engine, tenant: string, target: string): Promise<Answered> {
  const [path, search = ''] = target.split('?');
  const body = new Uint8Array(0);
  return await answerOf(engine, {
    ...REQUEST,
    tenant,
    method: 'GET',
    path: `/prometheus/api/v1/${path}`,
    search,
    body,
  });
}

async function answerOf(engine: Engine, request: EngineRequest): Promise<Answered> {
  const { status, body } = await engine.request(request);
  return { status, text: new TextDecoder().decode(await collect(body)).trimEnd() };
}

/** Lets maintenance and what else waits for promises alone come to its end; the clock moves a second. */
export async function settle(clock: FakeClock): Promise<void> {
  for (let i = 0; i < 500; i++) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    clock.advance(2);
  }
}
