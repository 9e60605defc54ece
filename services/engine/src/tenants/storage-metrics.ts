// What the databases know of themselves, read when metrics are asked for.

import type { Registry } from '@ampere/metrics';
import type { StorageStats } from './storage.ts';
import type { Tenants } from './tenants.ts';

/** Undefined when there is nothing to report. */
type Read = (stats: StorageStats) => number | undefined;

const GAUGES: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['ampere_storage_series', 'Series in memory.', (stats) => stats.series],
  [
    'ampere_storage_active_series',
    'Series with a sample in the last 5 minutes.',
    (stats) => stats.activeSeries,
  ],
  [
    'ampere_storage_oldest_sample_timestamp_seconds',
    'Time of the oldest sample.',
    ({ minTimeMs }) => (minTimeMs === undefined ? undefined : minTimeMs / 1000),
  ],
  ['ampere_storage_slab_bytes', 'Memory set aside for samples and label sets.', (stats) => stats.slabBytes],
  ['ampere_wal_size_bytes', 'Length of the write-ahead log.', (stats) => stats.walBytes],
  ['ampere_wal_segments', 'Files of the write-ahead log.', (stats) => stats.walSegments],
  [
    'ampere_wal_backlog_bytes',
    'Appended and not yet in the write-ahead log.',
    (stats) => stats.walBacklogBytes,
  ],
  [
    'ampere_wal_replay_duration_seconds',
    'How long reading the write-ahead log took at the start.',
    (stats) => stats.replay.durationMs / 1000,
  ],
];

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['ampere_wal_syncs_total', 'Syncs of the write-ahead log.', (stats) => stats.walSyncs],
  ['ampere_wal_failures_total', 'Failed writes of the write-ahead log.', (stats) => stats.walFailures],
  [
    'ampere_wal_torn_tails_total',
    'Half-written records cut off the write-ahead log at the start.',
    (stats) => stats.replay.tornTails,
  ],
  [
    'ampere_wal_corruptions_total',
    'Damaged places found in the write-ahead log at the start.',
    (stats) => stats.replay.corruptions,
  ],
];

/** Registers the databases' metrics, one series a workspace. */
export function registerStorageMetrics(registry: Registry, tenants: Tenants): void {
  const reader = (read: Read) => (report: (value: number, workspace: string) => void) => {
    for (const tenant of tenants.all()) {
      const value = read(tenant.tsdb.stats());
      if (value !== undefined) report(value, tenant.id);
    }
  };
  for (const [name, help, read] of GAUGES) registry.gaugeCallback(name, help, ['workspace'], reader(read));
  for (const [name, help, read] of COUNTERS)
    registry.counterCallback(name, help, ['workspace'], reader(read));
}
