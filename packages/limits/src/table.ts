// The table of limits: the one place where a quota has a name, a default, a unit, a scope and a text.
//
// 1. A row's key is its name in the configuration file (`limits.defaults.<key>`).
// 2. `field` is its name in code, with the unit in it; the types in limits.ts are derived from it.
// 3. `default` is the value of the profile amp-2021: the quotas of the 2021 user guide of the service.
//    The profile `unlimited` is 0 in every row.
// 4. `message` is the service's error text where its guide has one; `{name}` is filled by limitMessage.
//
// 0 means unlimited, but for `out_of_order_window`, where it means that nothing out of order is taken.
import { assert } from '@ampere/platform';

const KIB = 1024;
/** The guide's "MB" is not said to be decimal or binary; the binary one never refuses what AMP takes. */
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A series is active for this long after its last sample. */
export const ACTIVE_SERIES_WINDOW_MS = 5 * MINUTE_MS;

/** A token bucket's two numbers. Either one 0: unlimited. */
export interface Rate {
  readonly perSecond: number;
  /** The most that can be taken at once after a pause. */
  readonly burst: number;
}

interface Row {
  readonly field: string;
  /** Whether it counts for the whole account (one region, as everything here) or for each workspace. */
  readonly scope: 'account' | 'workspace';
  readonly meaning: string;
  readonly message?: string;
}

/** How a row's value is written and kept: counts as integers, bytes, milliseconds, or a rate with a burst. */
export type LimitDefinition = Row &
  (
    | { readonly unit: 'count' | 'bytes' | 'ms'; readonly default: number }
    | { readonly unit: 'rate'; readonly default: Rate }
  );

export const LIMITS = {
  workspaces_per_region: {
    field: 'workspacesMax',
    scope: 'account',
    unit: 'count',
    default: 10,
    meaning: 'workspaces in the account, those being deleted included',
    message: 'Limit exceeded. Maximum workspaces per account.',
  },
  management_tps: {
    field: 'managementCalls',
    scope: 'account',
    unit: 'rate',
    default: { perSecond: 10, burst: 10 },
    meaning: 'calls of the management API',
  },
  alert_manager_tps: {
    field: 'alertManagerCalls',
    scope: 'workspace',
    unit: 'rate',
    default: { perSecond: 100, burst: 100 },
    meaning: 'calls of the alert manager API',
    message: 'the rate of alert manager API calls of the workspace is over its limit of {limit} a second',
  },
  active_series: {
    field: 'activeSeriesMax',
    scope: 'workspace',
    unit: 'count',
    default: 1_000_000,
    meaning: 'series with a sample in the last 5 minutes',
    message: 'per-user series limit of {limit} exceeded, please contact administrator to raise it',
  },
  active_series_per_metric: {
    field: 'activeSeriesPerMetricMax',
    scope: 'workspace',
    unit: 'count',
    default: 200_000,
    meaning: 'active series with the same metric name',
    message: 'per-metric series limit of {limit} exceeded, please contact administrator to raise it',
  },
  ingestion_rate: {
    field: 'ingestionSamplesPerSecond',
    scope: 'workspace',
    unit: 'count',
    default: 70_000,
    meaning: 'samples written per second, averaged over the burst',
    message: 'ingestion rate limit ({limit}) exceeded while adding {samples} samples and {metadata} metadata',
  },
  ingestion_burst: {
    field: 'ingestionBurstSamples',
    scope: 'workspace',
    unit: 'count',
    default: 1_000_000,
    meaning: 'samples that may arrive at once after a pause',
  },
  labels_per_series: {
    field: 'labelsPerSeriesMax',
    scope: 'workspace',
    unit: 'count',
    default: 70,
    meaning: 'labels of one series, the metric name included',
    message: "series has too many labels (actual: {actual}, limit: {limit}) series: '{series}'",
  },
  label_name_length: {
    field: 'labelNameBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: KIB,
    meaning: 'length of a label name',
  },
  label_value_length: {
    field: 'labelValueBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: 2 * KIB,
    meaning: 'length of a label value',
  },
  sample_max_age: {
    field: 'sampleAgeMaxMs',
    scope: 'workspace',
    unit: 'ms',
    default: HOUR_MS,
    meaning: 'how far before now the time of a written sample may be',
  },
  sample_max_future: {
    field: 'sampleFutureMaxMs',
    scope: 'workspace',
    unit: 'ms',
    default: 10 * MINUTE_MS,
    meaning: 'how far after now the time of a written sample may be',
  },
  out_of_order_window: {
    field: 'outOfOrderWindowMs',
    scope: 'workspace',
    unit: 'ms',
    default: 0,
    meaning: "how far before its series' newest sample a sample may be; 0 takes none out of order",
  },
  request_size: {
    field: 'requestBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: MIB,
    meaning: 'body of one write or query request, as sent',
  },
  metadata_per_metric: {
    field: 'metadataPerMetricMax',
    scope: 'workspace',
    unit: 'count',
    default: 10,
    meaning: 'different metadata entries of one metric name',
  },
  metadata_length: {
    field: 'metadataBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: KIB,
    meaning: 'name, help and unit of one metadata entry together',
  },
  metrics_with_metadata: {
    field: 'metricsWithMetadataMax',
    scope: 'workspace',
    unit: 'count',
    default: 20_000,
    meaning: 'metric names with metadata',
  },
  query_bytes: {
    field: 'queryBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: 750 * MIB,
    meaning: 'chunk bytes that an instant query, or each 24 h of a range query, may read',
    message: 'the query hit the aggregated chunks size limit',
  },
  query_time_range: {
    field: 'queryTimeRangeMs',
    scope: 'workspace',
    unit: 'ms',
    default: 32 * DAY_MS,
    meaning: 'from start to end of a range query',
    message: 'the query time range exceeds the limit (query length: {length}, limit: {limit})',
  },
  query_samples: {
    field: 'querySamplesMax',
    scope: 'workspace',
    unit: 'count',
    default: 12_000_000,
    meaning: 'samples that one query may hold in memory',
    message: 'query processing would load too many samples into memory in query execution',
  },
  // The guide names no number for these two; Cortex, which the service is, has such limits and the text.
  concurrent_queries: {
    field: 'concurrentQueriesMax',
    scope: 'workspace',
    unit: 'count',
    default: 20,
    meaning: 'queries that run at once',
  },
  queued_queries: {
    field: 'queuedQueriesMax',
    scope: 'workspace',
    unit: 'count',
    default: 100,
    meaning: 'queries that wait for their turn',
    message: 'too many outstanding requests',
  },
  retention: {
    field: 'retentionMs',
    scope: 'workspace',
    unit: 'ms',
    default: 150 * DAY_MS,
    meaning: 'how long samples are kept',
  },
  rule_groups_namespaces: {
    field: 'ruleGroupsNamespacesMax',
    scope: 'workspace',
    unit: 'count',
    default: 10,
    meaning: 'rule groups namespaces',
  },
  rule_groups: {
    field: 'ruleGroupsMax',
    scope: 'workspace',
    unit: 'count',
    default: 100,
    meaning: 'rule groups in all namespaces together',
  },
  rules_per_group: {
    field: 'rulesPerGroupMax',
    scope: 'workspace',
    unit: 'count',
    default: 20,
    meaning: 'rules in one group',
  },
  rules_definition_size: {
    field: 'rulesDefinitionBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: MIB,
    meaning: 'a rule groups namespace as a file',
  },
  rule_evaluation_interval: {
    field: 'ruleEvaluationIntervalMs',
    scope: 'workspace',
    unit: 'ms',
    default: MINUTE_MS,
    meaning: 'the shortest evaluation interval of a rule group',
  },
  alert_manager_definition_size: {
    field: 'alertManagerDefinitionBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: MIB,
    meaning: 'an alert manager definition as a file',
  },
  active_alerts: {
    field: 'activeAlertsMax',
    scope: 'workspace',
    unit: 'count',
    default: 1000,
    meaning: 'alerts that the alert manager holds',
  },
  alert_aggregation_group_size: {
    field: 'alertAggregationGroupsMax',
    scope: 'workspace',
    unit: 'count',
    default: 1000,
    meaning: 'aggregation groups of the alert manager',
  },
  alerts_size: {
    field: 'alertsBytesMax',
    scope: 'workspace',
    unit: 'bytes',
    default: 20 * MIB,
    meaning: 'labels and annotations of all held alerts together',
  },
  alert_templates: {
    field: 'alertTemplatesMax',
    scope: 'workspace',
    unit: 'count',
    default: 100,
    meaning: 'template files of an alert manager definition',
  },
  inhibition_rules: {
    field: 'inhibitionRulesMax',
    scope: 'workspace',
    unit: 'count',
    default: 100,
    meaning: 'inhibition rules of an alert manager definition',
  },
  routing_tree_nodes: {
    field: 'routingTreeNodesMax',
    scope: 'workspace',
    unit: 'count',
    default: 100,
    meaning: 'nodes of the routing tree of an alert manager definition',
  },
} as const satisfies Record<string, LimitDefinition>;

/** Name of a limit as the configuration spells it. */
export type LimitKey = keyof typeof LIMITS;

/** The rows by key, with the type that every row has. */
export const LIMIT_ROWS: ReadonlyMap<string, LimitDefinition> = new Map(Object.entries(LIMITS));

assert(
  new Set([...LIMIT_ROWS.values()].map((row) => row.field)).size === LIMIT_ROWS.size,
  'two limits share a field',
);

// What the defaults promise each other. A part that could never be reached would be a misprint.
const L = LIMITS;
assert(L.active_series_per_metric.default <= L.active_series.default, 'a metric exceeds its workspace');
assert(L.ingestion_rate.default <= L.ingestion_burst.default, 'a burst below one second of the rate');
assert(
  L.labels_per_series.default * (L.label_name_length.default + L.label_value_length.default) <=
    L.request_size.default,
  'the largest allowed series does not fit into a request',
);
assert(
  L.metadata_length.default <= L.request_size.default,
  'the largest metadata does not fit into a request',
);
assert(
  L.sample_max_age.default + L.sample_max_future.default <= L.retention.default,
  'samples outlived on arrival',
);
assert(L.query_time_range.default <= L.retention.default, 'a query reaches behind the retention');
assert(
  L.rule_groups_namespaces.default <= L.rule_groups.default,
  'a namespace holds one rule group at least',
);
assert(L.alert_aggregation_group_size.default <= L.active_alerts.default, 'a group holds one alert at least');
assert(L.alert_manager_definition_size.default <= L.alerts_size.default, 'definition larger than its alerts');

/**
 * The service's text for an exceeded limit.
 *
 * @param values by placeholder name; every placeholder of the row must be there.
 */
export function limitMessage(key: LimitKey, values: Readonly<Record<string, string | number>> = {}): string {
  const template = LIMIT_ROWS.get(key)?.message;
  assert(template !== undefined, `limit ${key} has no error text`);
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    assert(value !== undefined, `the text of limit ${key} needs ${name}`);
    return String(value);
  });
}

/** Whether `value` breaks a limit in which 0 means unlimited. */
export function exceeds(value: number, limit: number): boolean {
  return limit !== 0 && value > limit;
}
