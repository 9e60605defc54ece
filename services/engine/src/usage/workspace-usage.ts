// What a workspace uses of its limits, and what was last refused for each of them.
//
// The values are read from where they are enforced when somebody asks: nothing is counted twice. Limits
// of single things, such as the length of a label, have no value of their own.

import type { TokenBucket } from '@ampere/limits';
import { LIMITS, type WorkspaceLimits } from '@ampere/limits';
import type { Clock } from '@ampere/platform';
import type { Refusal } from '@ampere/series';
import type { LabelSetLimiter, LabelSetUsage } from '../ingest/label-set-limiter.ts';
import type { MetadataRefusal, MetadataStore } from '../tenants/metadata-store.ts';
import type { TenantStorage } from '../tenants/storage.ts';
import { RateMeter } from './rate-meter.ts';

/** The limits that the engine enforces, in the order in which they are shown. */
const ENFORCED = [
  'active_series',
  'active_series_per_metric',
  'ingestion_rate',
  'ingestion_burst',
  'request_size',
  'labels_per_series',
  'label_name_length',
  'label_value_length',
  'sample_max_age',
  'sample_max_future',
  'metadata_per_metric',
  'metadata_length',
  'metrics_with_metadata',
  'query_time_range',
  'query_samples',
  'query_bytes',
  'concurrent_queries',
  'queued_queries',
  'retention',
  'active_alerts',
  'alerts_size',
  'alert_aggregation_group_size',
] as const;

export type EnforcedLimit = (typeof ENFORCED)[number];

/** The limit that each reason to refuse belongs to; the others are no matter of limits. */
const LIMIT_OF_REASON: {
  readonly [reason in Refusal['reason'] | MetadataRefusal['reason']]?: EnforcedLimit;
} = {
  per_user_series_limit: 'active_series',
  per_metric_series_limit: 'active_series_per_metric',
  max_label_names_per_series: 'labels_per_series',
  label_name_too_long: 'label_name_length',
  label_value_too_long: 'label_value_length',
  sample_too_old: 'sample_max_age',
  sample_too_far_in_future: 'sample_max_future',
  metric_name_too_long: 'metadata_length',
  help_too_long: 'metadata_length',
  unit_too_long: 'metadata_length',
  too_many_metrics: 'metrics_with_metadata',
};

/** Texts and queries that are shown are cut to this. */
const TEXT_LENGTH_MAX = 2000;

export interface LimitRefusal {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** What the client was told. */
  readonly message: string;
  /** A series, metric or query that it happened to; empty when there is none. */
  readonly example: string;
}

export interface LimitUsage {
  readonly name: EnforcedLimit;
  readonly meaning: string;
  readonly unit: 'count' | 'bytes' | 'ms';
  /** 0 is unlimited. */
  readonly limit: number;
  /** How much of it is used; undefined when the limit is one of single things. */
  readonly value: () => number | undefined;
  /** Samples, metadata entries or requests refused since the start. */
  readonly refused: number;
  readonly lastRefusal: LimitRefusal | undefined;
}

/** The parts in which limits are enforced. */
export interface UsageParts {
  readonly tsdb: Pick<TenantStorage, 'stats' | 'activeInLargestMetric'>;
  readonly metadata: Pick<MetadataStore, 'size'>;
  readonly limitsNow: () => WorkspaceLimits;
  readonly ingestionTokens: TokenBucket;
  readonly labelSets: Pick<LabelSetLimiter, 'usage'>;
  readonly clock: Clock;
}

export class WorkspaceUsage {
  readonly #parts: UsageParts;
  /** Samples and metadata entries that the rate let through. */
  readonly ingested: RateMeter;
  /** What the workspace's alert manager holds; set while there is one. */
  alertManager: (() => { readonly alerts: number; readonly groups: number }) | undefined;
  readonly #refusals = new Map<EnforcedLimit, { refused: number; last: LimitRefusal }>();
  /** Queries that run and wait; none until somebody counts them. */
  queries: () => { readonly running: number; readonly waiting: number } = () => ({ running: 0, waiting: 0 });
  readonly #discarded = new Map<string, number>();

  constructor(parts: UsageParts) {
    this.#parts = parts;
    this.ingested = new RateMeter(parts.clock);
  }

  /** Notes that something was refused for a limit: a request, or so many samples or entries. */
  note(limit: EnforcedLimit, refused: number, message: string, example = ''): void {
    this.#refusals.set(limit, {
      refused: (this.#refusals.get(limit)?.refused ?? 0) + refused,
      last: {
        atMs: this.#parts.clock.nowMs(),
        message: message.slice(0, TEXT_LENGTH_MAX),
        example: example.slice(0, TEXT_LENGTH_MAX),
      },
    });
  }

  /** Notes that samples were not stored, and for which limit if it was for one. */
  noteSamples({ reason, samples, message, example }: Refusal): void {
    this.noteDiscarded(reason, samples);
    const limit = LIMIT_OF_REASON[reason];
    if (limit !== undefined) this.note(limit, samples, message, example);
  }

  noteDiscarded(reason: string, samples: number): void {
    this.#discarded.set(reason, (this.#discarded.get(reason) ?? 0) + samples);
  }

  noteMetadata({ reason, entries, message, example }: MetadataRefusal): void {
    const limit = LIMIT_OF_REASON[reason];
    if (limit === undefined) return;
    this.note(
      limit,
      entries,
      message === '' ? 'more metric names with metadata than the limit' : message,
      example,
    );
  }

  limits(): LimitUsage[] {
    const limits = this.#parts.limitsNow();
    return ENFORCED.map((name) => {
      const { field, meaning, unit } = LIMITS[name];
      const refusals = this.#refusals.get(name);
      return {
        name,
        meaning,
        unit,
        limit: limits[field],
        value: () => this.#valueOf(name),
        refused: refusals?.refused ?? 0,
        lastRefusal: refusals?.last,
      };
    });
  }

  /** The limits per label set that the owner set. */
  labelSets(): LabelSetUsage[] {
    return this.#parts.labelSets.usage();
  }

  /** Samples that were not stored since the start, by reason. */
  discardedSamples(): ReadonlyMap<string, number> {
    return this.#discarded;
  }

  storage(): {
    readonly walBytes: number;
    readonly blockBytes: number;
    readonly memoryBytes: number;
    readonly oldestSampleMs: number | undefined;
  } {
    const { walBytes, blockBytes, slabBytes, oldestTimeMs } = this.#parts.tsdb.stats();
    return { walBytes, blockBytes, memoryBytes: slabBytes, oldestSampleMs: oldestTimeMs };
  }

  #valueOf(name: EnforcedLimit): number | undefined {
    const { tsdb, metadata, ingestionTokens, clock } = this.#parts;
    switch (name) {
      case 'active_series':
        return tsdb.stats().activeSeries;
      case 'active_series_per_metric':
        return tsdb.activeInLargestMetric();
      case 'ingestion_rate':
        return this.ingested.perSecond();
      case 'ingestion_burst':
        return ingestionTokens.taken;
      case 'concurrent_queries':
        return this.queries().running;
      case 'queued_queries':
        return this.queries().waiting;
      case 'metrics_with_metadata':
        return metadata.size;
      case 'retention': {
        const { oldestTimeMs } = tsdb.stats();
        return oldestTimeMs === undefined ? 0 : Math.max(0, clock.nowMs() - oldestTimeMs);
      }
      case 'active_alerts':
        return this.alertManager?.().alerts ?? 0;
      case 'alert_aggregation_group_size':
        return this.alertManager?.().groups ?? 0;
      default:
        return undefined;
    }
  }
}
