// What tests of the query API share: an API over a few series and a way to ask it.

import type { EngineBody, EngineRequest, EngineResponse } from '@ampere/contracts';
import { Limits, parseLimits, TokenBucket } from '@ampere/limits';
import { Registry } from '@ampere/metrics';
import { FakeClock } from '@ampere/platform';
import {
  type EngineOptions,
  type Evaluate,
  type QueryResult,
  type QueryValue,
  STABLE_LANGUAGE,
} from '@ampere/promql';
import { Labels } from '@ampere/series';
import type { TsdbStatus } from '@ampere/tsdb';
import { QueryService, type QueryServiceOptions } from '../../queries/query-service.ts';
import { NO_STATS } from '../../testing/fake-storage.ts';
import { WorkspaceUsage } from '../../usage/workspace-usage.ts';
import { NO_RULES } from '../no-rules.ts';
import { promQl } from '../promql.ts';
import type { MetadataEntry, QueryLimits, QueryStorage, QueryTenant } from '../tenant.ts';
import { MemoryQuerier, type MemorySeries } from './memory-querier.ts';

export const NOW_MS = 1_700_000_000_000;

/** Prometheus' own. */
const ENGINE_OPTIONS: EngineOptions = {
  lookbackDeltaMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

export function memorySeries(
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [number, number])[] = [[NOW_MS - 1000, 1]],
): MemorySeries {
  return { labels: Labels.fromRecord(labels), samples };
}

export function resultOf(value: QueryValue, more: Partial<QueryResult> = {}): QueryResult {
  const stats = { totalQueryableSamples: 7, peakSamples: 5, seriesRead: 3 };
  return { value, warnings: [], infos: [], stats, ...more };
}

const EMPTY_STATUS: TsdbStatus = {
  seriesCount: 0,
  labelPairCount: 0,
  chunkCount: 0,
  minTimeMs: undefined,
  maxTimeMs: undefined,
  seriesCountByMetricName: [],
  labelValueCountByLabelName: [],
  memoryInBytesByLabelName: [],
  seriesCountByLabelValuePair: [],
};

/** Of a workspace that uses nothing. */
function usageOf(clock: FakeClock): WorkspaceUsage {
  return new WorkspaceUsage({
    tsdb: { stats: () => NO_STATS, activeInLargestMetric: () => 0 },
    metadata: { size: 0 },
    limitsNow: () => new Limits(parseLimits(undefined)).forWorkspace('ws-1'),
    ingestionTokens: new TokenBucket(() => ({ perSecond: 0, burst: 0 }), clock),
    labelSets: { usage: () => [] },
    clock,
  });
}

const NO_LIMITS: QueryLimits = {
  queryTimeRangeMs: 0,
  querySamplesMax: 0,
  queryBytesMax: 0,
  concurrentQueriesMax: 0,
  queuedQueriesMax: 0,
  retentionMs: 150 * 86_400_000,
};

/** A workspace that other threads read. */
export function readTenant(
  shared: Pick<QueryStorage, 'share' | 'lease'>,
  limits: Partial<QueryLimits> = {},
): QueryTenant {
  const querier = () => {
    throw new Error('read on the wrong thread');
  };
  return {
    tsdb: { querier, status: () => EMPTY_STATUS, exemplars: () => [], ...shared },
    metadata: { of: () => [], entries: () => [] },
    ha: { clusters: () => [] },
    usage: usageOf(new FakeClock(NOW_MS)),
    rules: NO_RULES,
    limits: { ...NO_LIMITS, ...limits },
  };
}

export interface KitOptions {
  readonly evaluate?: Evaluate;
  readonly series?: readonly MemorySeries[];
  readonly metadata?: ReadonlyMap<string, readonly MetadataEntry[]>;
  readonly limits?: Partial<QueryLimits>;
  readonly status?: (limit: number) => TsdbStatus;
  readonly exemplars?: QueryTenant['tsdb']['exemplars'];
  readonly haClusters?: ReturnType<QueryTenant['ha']['clusters']>;
  readonly slowQueryMs?: number;
  readonly groups?: QueryTenant['rules']['groups'];
}

export class ApiKit {
  readonly clock = new FakeClock(NOW_MS);
  readonly logged: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  readonly registry = new Registry();
  readonly queriers: MemoryQuerier[] = [];
  readonly usage = usageOf(this.clock);
  readonly tenant: QueryTenant;
  readonly api: QueryService;

  constructor(options: KitOptions = {}) {
    const evaluate: Evaluate = (_, { endMs }) => resultOf({ type: 'scalar', timeMs: endMs, value: 1 });
    const promql = promQl(options.evaluate ?? evaluate, ENGINE_OPTIONS, STABLE_LANGUAGE);
    const metadata = options.metadata ?? new Map();
    this.tenant = {
      tsdb: {
        querier: () => {
          const querier = new MemoryQuerier(options.series ?? []);
          this.queriers.push(querier);
          return querier;
        },
        status: options.status ?? (() => EMPTY_STATUS),
        exemplars: options.exemplars ?? (() => []),
      },
      metadata: { of: (name) => metadata.get(name) ?? [], entries: () => metadata.entries() },
      ha: { clusters: () => options.haClusters ?? [] },
      usage: this.usage,
      rules: { ...NO_RULES, groups: options.groups ?? [] },
      limits: { ...NO_LIMITS, ...options.limits },
    };
    const apiOptions: QueryServiceOptions = {
      clock: this.clock,
      promql,
      buildInfo: {
        version: '3.5.0',
        revision: 'r',
        branch: 'b',
        buildUser: '',
        buildDate: '',
        goVersion: '',
      },
      log: (level, message, fields = {}) => this.logged.push({ level, message, fields }),
      slowQueryMs: options.slowQueryMs ?? Number.POSITIVE_INFINITY,
      timeoutMs: 120_000,
      registry: this.registry,
    };
    this.api = new QueryService(apiOptions);
  }

  /** `target` is `METHOD path?search` below /prometheus/api/v1/. */
  request(target: string, body = '', more: Partial<EngineRequest> = {}): Promise<EngineResponse> {
    const [, method, path, search] = /^([A-Z]+) ([^?]*)\??(.*)$/s.exec(target)!;
    return this.api.handle(
      {
        tenant: 'ws-1',
        method: method!,
        path: `/prometheus/api/v1/${path}`,
        search: search!,
        headers: body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
        body: new TextEncoder().encode(body),
        principalArn: 'arn:aws:iam::000000000000:root',
        requestId: 'request-1',
        ...more,
      },
      this.tenant,
    );
  }

  /** Status and body of an answer; the body as JSON, or the text that isn't any. */
  async ask(target: string, body = ''): Promise<{ status: number; json: unknown }> {
    const response = await this.request(target, body);
    const text = new TextDecoder().decode(await collect(response.body));
    return { status: response.status, json: text === '' ? '' : JSON.parse(text) };
  }
}

/** All pieces of a body in one. */
export async function collect(body: EngineBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
