// CPU time of one round of all rules: 2,000 rules in 100 groups over 100,000 series with five minutes of samples
// every 15 s. `node_modules/.bin/vitest bench services/engine/src/ruler/ruler.bench.ts`; the bound is 5 s of CPU a
// minute. Every rule reads all 1,000 series of its group's metric: half of them rates, half plain values.

import { Limits, parseLimits } from '@ampere/limits';
import { NodeDisk, SeededRandom, SystemClock } from '@ampere/platform';
import { parseExpr } from '@ampere/promql';
import { DEFAULT_RULE_OPTIONS, EvaluatedGroup, parseRuleFile } from '@ampere/rules';
import { Labels } from '@ampere/series';
import { temporaryFolder } from '@ampere/testing';
import { bench, describe } from 'vitest';
import { languageOf } from '../queries/language.ts';
import { tsdbStorage } from '../tenants/tsdb-storage.ts';
import { RuleColumns } from './rule-columns.ts';
import { TenantRuleHost } from './tenant-rule-host.ts';

const GROUPS = 100;
const RULES_PER_GROUP = 20;
const SERIES_PER_METRIC = 1_000;
const SAMPLES = 20;
const STEP_MS = 15_000;

const clock = new SystemClock();
const limits = new Limits(parseLimits({ profile: 'unlimited' }));
const disk = new NodeDisk();
const folder = `${temporaryFolder()}/tsdb`;
const open = tsdbStorage({ limits, fsync: 'off', disk, clock, random: new SeededRandom(1), log: () => {} });
const tsdb = await open({ tenantId: 'ws-1', folder });
const endMs = Math.floor(clock.nowMs() / STEP_MS) * STEP_MS;
fill();

/** All series of a metric at one moment are one write. */
function fill(): void {
  const columns = new RuleColumns();
  const appender = tsdb.appender();
  for (let metric = 0; metric < GROUPS; metric++) {
    const labels = Array.from({ length: SERIES_PER_METRIC }, (_, i) =>
      Labels.fromRecord({
        __name__: `metric_${metric}`,
        job: `job-${i % 10}`,
        instance: `10.0.${i >> 8}.${i & 255}:9100`,
        zone: `zone-${i % 3}`,
        cluster: 'production',
      }),
    );
    for (let sample = 0; sample < SAMPLES; sample++) {
      const timeMs = endMs - (SAMPLES - sample) * STEP_MS;
      const values = Float64Array.from(labels, (_, i) => sample * 10 + (i % 7));
      const valueWords = new Uint32Array(values.buffer);
      appender.append(columns.of({ timeMs, labels, valueWords, histograms: null }));
    }
  }
}

const rule = (metric: number, i: number): object => {
  const name = `metric_${metric}`;
  switch (i % 4) {
    case 0:
      return { record: `job:${name}:rate5m_${i}`, expr: `sum by (job) (rate(${name}[5m]))` };
    case 1:
      return { record: `zone:${name}:max_${i}`, expr: `max by (zone) (${name})` };
    case 2:
      return {
        alert: `Fast${i}`,
        expr: `rate(${name}[5m]) > ${i}`,
        for: '5m',
        annotations: { text: '{{ $value }}' },
      };
    default:
      return { alert: `High${i}`, expr: `avg by (job) (${name}) > 1e6`, labels: { severity: 'page' } };
  }
};

const host = new TenantRuleHost({
  tenant: {
    tsdb,
    limits: limits.forWorkspace('ws-1'),
    usage: { noteSamples: () => {} } as never,
    closing: new AbortController().signal,
  },
  promql: languageOf(false),
  clock,
  send: () => {},
});
const options = { ...DEFAULT_RULE_OPTIONS, externalUrl: '', externalLabels: Labels.EMPTY };
const groups = Array.from({ length: GROUPS }, (_, metric) => {
  const rules = Array.from({ length: RULES_PER_GROUP }, (_, i) => rule(metric, i));
  const [group] = parseRuleFile(JSON.stringify({ groups: [{ name: `g${metric}`, rules }] }));
  return new EvaluatedGroup(group!, { file: 'f', host, clock, options });
});

describe('a round', () => {
  let timeMs = endMs;
  bench(
    '2,000 rules in 100 groups over 100,000 series',
    () => {
      timeMs += 1;
      for (const group of groups) group.evaluate(timeMs);
    },
    { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 },
  );
  const empty = parseExpr('nothing_at_all');
  bench('2,000 queries without series', () => {
    for (let i = 0; i < GROUPS * RULES_PER_GROUP; i++) host.query(empty, timeMs);
  });
});
