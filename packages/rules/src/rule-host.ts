// What the evaluation of rules needs from its surroundings, and what it hands to them.

import {
  type Expr,
  type FloatHistogram,
  QueryCanceledError,
  QueryError,
  QueryTimeoutError,
  type QueryValue,
} from '@ampere/promql';
import type { Labels } from '@ampere/series';

export interface RuleHost {
  /** Evaluates at a moment. Throws QueryError, QueryTimeoutError or QueryCanceledError. */
  query(expr: Expr, timeMs: number): QueryValue;
  /**
   * Stores samples so that the next query sees them. The text says what was refused, undefined that all is
   * stored. The write belongs to the host.
   */
  append(write: RuleWrite): string | undefined;
  /** Hands alerts to the alert manager; must not throw and not wait. */
  send(alerts: readonly SentAlert[]): void;
  /** The last sample of each series ALERTS_FOR_STATE of an alert in (fromMs, toMs], stale ones left out. */
  lastForStates(alertName: string, fromMs: number, toMs: number): readonly ForState[];
  /** What queries have cost since it was last asked. */
  takeCost?(): RuleCost;
}

/** What evaluating a rule read. */
export interface RuleCost {
  readonly samples: number;
  readonly series: number;
}

export const NO_COST: RuleCost = { samples: 0, series: 0 };

/** One sample for each series, all at one moment. */
export interface RuleWrite {
  readonly timeMs: number;
  readonly labels: readonly Labels[];
  /** Bits of the values, two words each, low word first, as in WriteColumns: stale markers survive. */
  readonly valueWords: Uint32Array;
  /** Native histograms by index; null when there is none. */
  readonly histograms: readonly (FloatHistogram | undefined)[] | null;
}

/** An alert as it goes to an alert manager. External labels are the sender's to add. */
export interface SentAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAtMs: number;
  /** When it was resolved, or until when it holds if nothing more is heard. */
  readonly endsAtMs: number;
  readonly generatorUrl: string;
}

export interface ForState {
  readonly labels: Labels;
  /** When the sample was written. */
  readonly timeMs: number;
  /** Its value: since when the alert was pending, in Unix seconds. */
  readonly activeAtSeconds: number;
}

export interface RuleOptions {
  /** For groups that name no interval. Default 60 s. */
  readonly defaultIntervalMs: number;
  /** An interval below this is raised to it; 0 for none. */
  readonly intervalMinMs: number;
  readonly defaultQueryOffsetMs: number;
  /** A firing alert is sent again after this long. */
  readonly resendDelayMs: number;
  /** `for` below this isn't restored after a restart, and restored alerts wait at least this long. */
  readonly forGracePeriodMs: number;
  /** `for` is restored only when the state was written this recently. */
  readonly outageToleranceMs: number;
  readonly externalUrl: string;
  readonly externalLabels: Labels;
}

/** Prometheus' defaults, with the service's interval. */
export const DEFAULT_RULE_OPTIONS: Omit<RuleOptions, 'externalUrl' | 'externalLabels'> = {
  defaultIntervalMs: 60_000,
  intervalMinMs: 60_000,
  defaultQueryOffsetMs: 0,
  resendDelayMs: 60_000,
  forGracePeriodMs: 600_000,
  outageToleranceMs: 3_600_000,
};

/** A rule that failed in a round; the text is Prometheus'. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** Whether an error says that a query or a rule failed, and is no bug. */
export function isRuleFailure(error: unknown): error is Error {
  return (
    error instanceof RuleError ||
    error instanceof QueryError ||
    error instanceof QueryTimeoutError ||
    error instanceof QueryCanceledError
  );
}
