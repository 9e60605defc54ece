// A host whose queries give what a test says, and that keeps what rules write and send.

import { type Expr, printExpr, QueryError, type QueryValue } from '@ampere/promql';
import { isStaleAt, Labels } from '@ampere/series';
import type { ForState, RuleHost, RuleWrite, SentAlert } from '../rule-host.ts';

type Series = Readonly<Record<string, string>>;

/** A vector of series with values. */
export function vector(...series: readonly (readonly [Series, number])[]): QueryValue {
  return {
    type: 'vector',
    timeMs: 0,
    labels: series.map(([labels]) => Labels.fromRecord(labels)),
    values: Float64Array.from(series.map(([, value]) => value)),
    histograms: null,
  };
}

export function showLabels(labels: Labels): string {
  const pairs = [...labels]
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${value}`);
  return `${labels.metricName}{${pairs.join(',')}}`;
}

export class FakeHost implements RuleHost {
  /** Results by the expression's text; an error's text fails the query; nothing gives an empty vector. */
  readonly results = new Map<string, QueryValue | string>();
  /** `SECONDS NAME{LABELS} VALUE` of what was written, `stale` for the marker. */
  written: string[] = [];
  sent: SentAlert[] = [];
  refusal: string | undefined = undefined;
  forStates: ForState[] = [];
  readonly queries: string[] = [];

  query(expr: Expr, timeMs: number): QueryValue {
    const text = printExpr(expr);
    this.queries.push(`${timeMs / 1000} ${text}`);
    const result = this.results.get(text) ?? vector();
    if (typeof result === 'string') throw new QueryError(result);
    return result;
  }

  append(write: RuleWrite): string | undefined {
    const values = new Float64Array(write.valueWords.buffer);
    for (const [i, labels] of write.labels.entries()) {
      const value = isStaleAt(write.valueWords, i) ? 'stale' : values[i];
      this.written.push(`${write.timeMs / 1000} ${showLabels(labels)} ${value}`);
    }
    return this.refusal;
  }

  send(alerts: readonly SentAlert[]): void {
    this.sent.push(...alerts);
  }

  lastForStates(alertName: string, fromMs: number, toMs: number): readonly ForState[] {
    return this.forStates.filter(
      (state) => state.labels.get('alertname') === alertName && state.timeMs > fromMs && state.timeMs <= toMs,
    );
  }

  takeWritten(): string[] {
    const written = this.written;
    this.written = [];
    return written;
  }

  takeSent(): SentAlert[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }
}
