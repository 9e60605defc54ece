import type { Registry } from '@ampere/metrics';
import type { LabelSetUsage } from '../ingest/label-set-limiter.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { LimitUsage } from './workspace-usage.ts';

type Report = (value: number, workspace: string, limit: string) => void;

/** Registers what workspaces use of their limits: the numbers that are enforced, read when they are asked for. */
export function registerUsageMetrics(registry: Registry, tenants: Tenants): void {
  const reader = (read: (usage: LimitUsage) => number | undefined) => (report: Report) => {
    for (const { id, usage } of tenants.all()) {
      for (const limit of usage.limits()) {
        const value = read(limit);
        if (value !== undefined) report(value, id, limit.name);
      }
    }
  };
  const labels = ['workspace', 'limit'];
  registry.gaugeCallback(
    'ampere_workspace_limit',
    'Limits in force, in the units of the configuration; 0 is unlimited.',
    labels,
    reader(({ limit }) => limit),
  );
  registry.gaugeCallback(
    'ampere_workspace_limit_usage',
    'How much of each limit is used, in the same units.',
    labels,
    reader(({ value }) => value()),
  );
  const ofLabelSets = (read: (usage: LabelSetUsage) => number) => (report: Report) => {
    for (const { id, usage } of tenants.all()) {
      for (const labelSet of usage.labelSets()) report(read(labelSet), id, labelSet.labelSet);
    }
  };
  registry.gaugeCallback(
    'ampere_workspace_label_set_limit',
    'Limits on active series with certain labels; 0 is unlimited.',
    ['workspace', 'label_set'],
    ofLabelSets(({ limit }) => limit),
  );
  registry.gaugeCallback(
    'ampere_workspace_label_set_active_series',
    'Active series that count for each of these limits.',
    ['workspace', 'label_set'],
    ofLabelSets(({ activeSeries }) => activeSeries),
  );
  registry.counterCallback(
    'ampere_workspace_limit_refusals_total',
    'Samples, metadata entries or requests refused for each limit.',
    labels,
    reader(({ refused }) => refused),
  );
  registry.gaugeCallback(
    'ampere_workspace_limit_last_refusal_timestamp_seconds',
    'When something was last refused for a limit.',
    labels,
    reader(({ lastRefusal }) => (lastRefusal === undefined ? undefined : lastRefusal.atMs / 1000)),
  );
}
