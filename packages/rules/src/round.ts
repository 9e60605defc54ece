import type { Rule } from './rule-file.ts';
import type { RuleHost, RuleOptions } from './rule-host.ts';
import type { SampleList } from './vector.ts';

/** One evaluation of a group. */
export interface Round {
  readonly host: RuleHost;
  readonly options: RuleOptions;
  /** The moment on the group's grid: what `for` and the like are measured with. */
  readonly timeMs: number;
  /** That minus the query offset: of queries and of the samples written. */
  readonly queryTimeMs: number;
  readonly intervalMs: number;
  readonly limit: number;
}

/** A rule with what it keeps from round to round. */
export interface RuleRun {
  readonly rule: Rule;
  /** What it yields. Throws RuleError and the errors of queries. */
  evaluate(round: Round): SampleList;
}
