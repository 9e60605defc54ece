// What the evaluation of one workspace's rules reads and writes: its own database, under its limits.
//
// Queries are synchronous. A write is visible to the next query at once; it becomes durable by `commit`, which
// the round calls at its end and nobody waits for, as rules are evaluated again anyway.

import { type Clock, DiskError } from '@ampere/platform';
import { type Expr, ParseError, QueryError, type QueryValue } from '@ampere/promql';
import type { ForState, RuleCost, RuleHost, RuleWrite, SentAlert } from '@ampere/rules';
import { isStaleAt, Matcher, METRIC_NAME, type Querier, SampleColumns } from '@ampere/series';
import { BlockError, TsdbError } from '@ampere/tsdb';
import { deadline } from '../query-api/deadline.ts';
import { RangeLimitedQuerier } from '../query-api/range-limit.ts';
import type { PromQl } from '../query-api/tenant.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { RuleColumns } from './rule-columns.ts';

/**
 * How long the query of a rule may take. It runs where samples are written, so this is also how long a rule can
 * hold up ingest; the limit on samples ends most before.
 */
const RULE_QUERY_MS_MAX = 10_000;

/** Shared by all workspaces: columns are used up before anybody else writes. */
const COLUMNS = new RuleColumns();

export interface TenantRuleHostOptions {
  readonly tenant: Pick<Tenant, 'tsdb' | 'limits' | 'usage' | 'closing'>;
  readonly promql: Pick<PromQl, 'evaluate' | 'options'>;
  readonly clock: Clock;
  readonly send: (alerts: readonly SentAlert[]) => void;
}

export class TenantRuleHost implements RuleHost {
  readonly #options: TenantRuleHostOptions;
  #cost: RuleCost = { samples: 0, series: 0 };
  #hasWritten = false;

  constructor(options: TenantRuleHostOptions) {
    this.#options = options;
  }

  query(expr: Expr, timeMs: number): QueryValue {
    const { tenant, promql, clock } = this.#options;
    const { queryTimeRangeMs, querySamplesMax } = tenant.limits;
    let querier: Querier | undefined;
    try {
      const opened = tenant.tsdb.querier();
      querier =
        queryTimeRangeMs > 0
          ? new RangeLimitedQuerier(opened, queryTimeRangeMs, promql.options.lookbackDeltaMs)
          : opened;
      const { value, stats } = promql.evaluate(
        querier,
        {
          expr,
          startMs: timeMs,
          endMs: timeMs,
          stepMs: 0,
          samplesMax: querySamplesMax,
          checkAlive: deadline(clock, RULE_QUERY_MS_MAX, tenant.closing),
        },
        promql.options,
      );
      this.#cost = {
        samples: this.#cost.samples + stats.totalQueryableSamples,
        series: this.#cost.series + stats.seriesRead,
      };
      return value;
    } catch (error) {
      // Durations that are expressions are worked out only now.
      if (error instanceof ParseError) throw new QueryError(error.message);
      if (isStorageFault(error)) throw new QueryError(`storage can not be read: ${kindOf(error)}`);
      throw error;
    } finally {
      querier?.close();
    }
  }

  append(write: RuleWrite): string | undefined {
    const { tenant } = this.#options;
    try {
      const { refusals } = tenant.tsdb.appender().append(COLUMNS.of(write));
      this.#hasWritten = true;
      for (const refusal of refusals) tenant.usage.noteSamples(refusal);
      return refusals[0]?.message;
    } catch (error) {
      // A full disk is the rule's misfortune, not the end of the round.
      if (isStorageFault(error)) return `storage can not be written: ${kindOf(error)}`;
      throw error;
    }
  }

  send(alerts: readonly SentAlert[]): void {
    this.#options.send(alerts);
  }

  lastForStates(alertName: string, fromMs: number, toMs: number): readonly ForState[] {
    const querier = this.#options.tenant.tsdb.querier();
    try {
      const matchers = [
        new Matcher(METRIC_NAME, '=', 'ALERTS_FOR_STATE'),
        new Matcher('alertname', '=', alertName),
      ];
      const set = querier.select({ startMs: fromMs + 1, endMs: toMs }, matchers);
      const columns = new SampleColumns();
      const states: ForState[] = [];
      while (set.next()) {
        set.read(columns);
        const last = columns.length - 1;
        if (last < 0 || isStaleAt(columns.words, last)) continue;
        states.push({
          labels: set.labels(),
          timeMs: columns.timesMs[last]!,
          activeAtSeconds: columns.values[last]!,
        });
      }
      return states;
    } finally {
      querier.close();
    }
  }

  takeCost(): RuleCost {
    const cost = this.#cost;
    this.#cost = { samples: 0, series: 0 };
    return cost;
  }

  /** Whether alerts were pending or firing since a moment: without any, there is no state to restore. */
  hasForStates(fromMs: number, toMs: number): boolean {
    const querier = this.#options.tenant.tsdb.querier();
    try {
      const matchers = [new Matcher(METRIC_NAME, '=', 'ALERTS_FOR_STATE')];
      return querier.select({ startMs: fromMs, endMs: toMs }, matchers).next();
    } finally {
      querier.close();
    }
  }

  /** Resolves when all that was written is durable as the log's policy has it. */
  async commit(): Promise<void> {
    if (!this.#hasWritten) return;
    this.#hasWritten = false;
    await this.#options.tenant.tsdb.appender().commit();
  }
}

/** Not the message, which may name files of the server. */
function kindOf({ code }: StorageFault): string {
  return code;
}

type StorageFault = TsdbError | BlockError | DiskError;

function isStorageFault(error: unknown): error is StorageFault {
  return error instanceof TsdbError || error instanceof BlockError || error instanceof DiskError;
}
