// What the query API asks of its surroundings: one workspace's data, the language, the limits.

import type { EngineOptions, Evaluate, Expr, ValueType } from '@ampere/promql';
import type { EvaluatedGroup } from '@ampere/rules';
import type { Matcher, Querier } from '@ampere/series';
import type { Lease, SeriesExemplars, TsdbShare, TsdbStatus } from '@ampere/tsdb';
import type { WhyQuestion, WhyReport } from '../ruler/why.ts';
import type { WorkspaceUsage } from '../usage/workspace-usage.ts';

/** The limits of one workspace that bear on queries; 0 is unlimited. */
export interface QueryLimits {
  /** From start to end of a range query, and of one selector's reading. */
  readonly queryTimeRangeMs: number;
  /** Samples that one query may hold in memory. */
  readonly querySamplesMax: number;
  /** Bytes of chunks that an instant query, or each day of a range query, may read. */
  readonly queryBytesMax: number;
  /** Queries of the workspace that run at once, and those that wait for it. */
  readonly concurrentQueriesMax: number;
  readonly queuedQueriesMax: number;
  /** For the answer of status/runtimeinfo. */
  readonly retentionMs: number;
}

export interface MetadataEntry {
  /** `counter`, `gauge`, … */
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface MetadataSource {
  of(metricName: string): readonly MetadataEntry[];
  entries(): Iterable<readonly [metricName: string, entries: readonly MetadataEntry[]]>;
}

/** What is read of a workspace's database. */
export interface ReadStorage {
  /** A fresh reading of the data; the API closes it. */
  querier(): Querier;
}

/** What the engine's own thread knows of a workspace's database. */
export interface QueryStorage extends ReadStorage {
  /** At most `limit` entries a list. */
  status(limit: number): TsdbStatus;
  /** Exemplars within [startMs, endMs] of the series that all matchers of one of the sets take, in the order of labels. */
  exemplars(
    startMs: number,
    endMs: number,
    sets: readonly (readonly Matcher[])[],
  ): readonly SeriesExemplars[];
  /** What another thread needs once to read the database; left out when no other thread can. */
  share?(): TsdbShare;
  /** What there is now, kept for another thread until `release`. */
  lease?(): Lease;
}

/** The elected replicas of clusters; times in milliseconds since 1970. */
export interface HaSource {
  clusters(): readonly {
    readonly cluster: string;
    readonly replica: string;
    readonly electedAtMs: number;
    /** Undefined when the replica was not heard of since the start. */
    readonly receivedAtMs: number | undefined;
  }[];
}

/** What the workspace uses of its limits. */
export type UsageSource = Pick<
  WorkspaceUsage,
  'note' | 'limits' | 'labelSets' | 'discardedSamples' | 'storage' | 'queries'
>;

/** One workspace as endpoints that read its data see it, on whatever thread. */
export interface ReadTenant {
  readonly tsdb: ReadStorage;
  readonly limits: QueryLimits;
}

/** The rules of a workspace as they are evaluated. */
export interface RuleSource {
  /** By namespace and name. */
  readonly groups: readonly EvaluatedGroup[];
  /** Namespaces that could not be used, with the reason. */
  readonly faults: ReadonlyMap<string, string>;
  /** Evaluates a rule of one of the groups at a past moment and says why it was or wasn't firing. */
  explain(question: WhyQuestion): WhyReport;
}

/** One workspace as the query API sees it on the engine's thread. */
export interface QueryTenant extends ReadTenant {
  readonly tsdb: QueryStorage;
  readonly metadata: MetadataSource;
  readonly ha: HaSource;
  readonly usage: UsageSource;
  readonly rules: RuleSource;
}

/** PromQL, as the package of that name offers it. The functions that take text throw ParseError. */
export interface PromQl {
  parse(query: string): Expr;
  /** A series selector alone, as `match[]` holds it; may match everything. */
  parseSelector(text: string): readonly Matcher[];
  typeOf(expr: Expr): ValueType;
  readonly evaluate: Evaluate;
  /** The query laid out for reading. */
  format(expr: Expr): string;
  /** The syntax tree in the form of Prometheus' parse_query. */
  toJson(expr: Expr): unknown;
  readonly options: EngineOptions;
}

/** `status/buildinfo`: clients look at `version` to tell which features a server has. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  readonly goVersion: string;
}
