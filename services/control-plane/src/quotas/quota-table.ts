// The limits as Service Quotas shows them: a code, a name and a number for each row of the limits table.
//
// 1. Codes and names that the service has are its own; rows it has no quota for get a code derived from
//    their key, which never changes.
// 2. A value is one number: milliseconds become seconds, a rate its number per second. 0 is unlimited.

import { createHash } from 'node:crypto';
import { LIMIT_ROWS, type LimitDefinition, type LimitKey, type Rate } from '@ampere/limits';

export interface Quota {
  readonly key: LimitKey;
  /** For example `L-8873DB23`. */
  readonly code: string;
  readonly name: string;
  readonly unit: 'None' | 'Bytes' | 'Seconds';
  readonly row: LimitDefinition;
}

/** Codes of the service. */
const CODES: Partial<Record<LimitKey, string>> = {
  workspaces_per_region: 'L-8873DB23',
  management_tps: 'L-8491EB93',
  active_series: 'L-5A151448',
  ingestion_rate: 'L-F4BCE0BA',
  ingestion_burst: 'L-0CBB39EF',
  labels_per_series: 'L-CDA4AB0F',
  retention: 'L-06C12D7C',
  rule_evaluation_interval: 'L-8DEDEE8E',
  active_alerts: 'L-E9CD1A4F',
  alert_aggregation_group_size: 'L-BDF9895D',
  alert_templates: 'L-0F151AA2',
  inhibition_rules: 'L-46D5E194',
  routing_tree_nodes: 'L-E3E60B3E',
};

export const QUOTAS: readonly Quota[] = [...LIMIT_ROWS].map(([name, row]) => {
  const key = name as LimitKey;
  const code = CODES[key] ?? codeOf(key);
  const unit = row.unit === 'bytes' ? 'Bytes' : row.unit === 'ms' ? 'Seconds' : 'None';
  return { key, code, name: nameOf(row), unit, row };
});

const BY_CODE = new Map(QUOTAS.map((quota) => [quota.code, quota]));

/** By code, or by the key that the configuration file uses. */
export function findQuota(codeOrKey: string): Quota | undefined {
  return BY_CODE.get(codeOrKey) ?? QUOTAS.find(({ key }) => key === codeOrKey);
}

/** A limit's value as the one number that is shown. */
export function shownValue({ row }: Quota, value: number | Rate): number {
  if (typeof value !== 'number') return value.perSecond;
  return row.unit === 'ms' ? value / 1000 : value;
}

/** What the number stands for in the table's units; a rate keeps its burst where that is the larger. */
export function limitValue({ row }: Quota, shown: number, now: number | Rate): number | Rate {
  if (typeof now !== 'number') return { perSecond: shown, burst: Math.max(shown, now.burst) };
  return Math.round(row.unit === 'ms' ? shown * 1000 : shown);
}

function codeOf(key: string): string {
  return `L-${createHash('sha256').update(`aps/${key}`).digest('hex').slice(0, 8).toUpperCase()}`;
}

function nameOf({ meaning, scope }: LimitDefinition): string {
  const text = `${meaning[0]!.toUpperCase()}${meaning.slice(1)}`;
  return scope === 'workspace' ? `${text} (per workspace)` : text;
}
