// An alerting rule with its alerts.
//
//              true            for reached            false, and not kept by keep_firing_for
//   (nothing) ------> pending -------------> firing ------------------------------> resolved
//                        | false                ^ true again, or kept                 | 15 min
//                        v                      |                                     v
//                    (nothing)                  (a new alert, pending) <-- true   (nothing)
//
// 1. The expression's series become label sets: without the name, with the rule's labels expanded and
//    `alertname`. Two that end up equal are an error. A label set is an alert's identity.
// 2. Known alerts take value and annotations of this round, others begin as pending.
// 3. Alerts whose series is gone are dropped, kept or resolved; those that waited long enough fire.
// 4. Pending and firing alerts are written as ALERTS and ALERTS_FOR_STATE, but only once the state from
//    before a restart was looked up, so that it isn't overwritten.
// 5. What has changed or is due again is sent.
//
// Series that are no longer written, such as ALERTS of the former state, get their stale marker by the group.

import { printExpr } from '@ampere/promql';
import { Labels, LabelsBuilder, METRIC_NAME } from '@ampere/series';
import type { Round, RuleRun } from './round.ts';
import type { AlertingRule } from './rule-file.ts';
import { type ForState, RuleError, type RuleOptions, type SentAlert } from './rule-host.ts';
import { RuleText } from './rule-text.ts';
import { SampleList, vectorOf } from './vector.ts';

export type AlertState = 'inactive' | 'pending' | 'firing';

/** How long resolved alerts are kept and sent again. */
const RESOLVED_RETENTION_MS = 15 * 60_000;
/** An alert is good for so many intervals without news. */
const INTERVALS_VALID = 4;
const ALERT_NAME = 'alertname';

export interface Alert {
  readonly labels: Labels;
  annotations: Labels;
  /** `inactive`: resolved. */
  state: AlertState;
  value: number;
  /** Since when the expression is true. */
  activeAtMs: number;
  firedAtMs: number | undefined;
  resolvedAtMs: number | undefined;
  keepFiringSinceMs: number | undefined;
  lastSentAtMs: number;
  /** The labels of its ALERTS and ALERTS_FOR_STATE, made when they are first written in a state. */
  series: { readonly state: AlertState; readonly alerts: Labels; readonly forState: Labels } | undefined;
}

export class AlertingRun implements RuleRun {
  readonly rule: AlertingRule;
  /** By the key of their labels, resolved ones included. */
  #alerts = new Map<string, Alert>();
  #isRestored: boolean;
  readonly #labels: readonly (readonly [string, RuleText])[];
  readonly #annotations: readonly (readonly [string, RuleText])[];

  /** `isRestored`: there is no state of a former life to wait for. */
  constructor(rule: AlertingRule, isRestored: boolean) {
    this.rule = rule;
    this.#isRestored = isRestored;
    const compile = ([name, text]: readonly [string, string]) =>
      [name, new RuleText(rule.name, text)] as const;
    this.#labels = [...rule.labels].map(compile);
    this.#annotations = [...rule.annotations].map(compile);
  }

  /** Pending and firing ones. */
  get activeAlerts(): Alert[] {
    return [...this.#alerts.values()].filter((alert) => alert.state !== 'inactive');
  }

  /** The highest state among the alerts. */
  get state(): AlertState {
    const states = new Set(this.activeAlerts.map((alert) => alert.state));
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive';
  }

  /** Takes over the alerts of the same rule in a former version of its file. */
  takeOver(former: AlertingRun): void {
    this.#alerts = former.#alerts;
    this.#isRestored = former.#isRestored;
  }

  evaluate(round: Round): SampleList {
    const current = this.#currentAlerts(round);
    for (const [key, alert] of current) {
      const known = this.#alerts.get(key);
      if (known === undefined || known.state === 'inactive') this.#alerts.set(key, alert);
      else {
        known.value = alert.value;
        known.annotations = alert.annotations;
      }
    }
    const samples = new SampleList();
    let active = 0;
    for (const [key, alert] of this.#alerts) {
      if (current.has(key)) alert.keepFiringSinceMs = undefined;
      else if (!this.#isKept(alert, round.timeMs)) {
        this.#end(key, alert, round.timeMs);
        continue;
      }
      active++;
      if (alert.state === 'pending' && round.timeMs - alert.activeAtMs >= this.rule.forMs) {
        alert.state = 'firing';
        alert.firedAtMs = round.timeMs;
      }
      if (this.#isRestored) this.#addSamples(alert, samples);
    }
    if (round.limit > 0 && active > round.limit) {
      this.#alerts.clear();
      throw new RuleError(`exceeded limit of ${round.limit} with ${active} alerts`);
    }
    return samples;
  }

  /** The alerts that are to be sent now; from then on they count as sent. */
  takeDue(round: Round): SentAlert[] {
    const { timeMs, options } = round;
    const due: SentAlert[] = [];
    const generatorUrl = graphUrl(options.externalUrl, printExpr(this.rule.expr));
    const validMs = INTERVALS_VALID * Math.max(round.intervalMs, options.resendDelayMs);
    for (const alert of this.#alerts.values()) {
      if (!needsSending(alert, timeMs, options.resendDelayMs)) continue;
      alert.lastSentAtMs = timeMs;
      due.push({
        labels: alert.labels,
        annotations: alert.annotations,
        startsAtMs: alert.firedAtMs ?? alert.activeAtMs,
        endsAtMs: alert.resolvedAtMs ?? timeMs + validMs,
        generatorUrl,
      });
    }
    return due;
  }

  get isRestored(): boolean {
    return this.#isRestored;
  }

  /**
   * Sets back since when alerts are pending to what was known before a restart. An alert that was firing
   * fires in the next round; one that had less than the grace period to go gets the grace period; for
   * others the time in between doesn't count.
   */
  restore(nowMs: number, former: readonly ForState[], options: RuleOptions): void {
    this.#isRestored = true;
    const byKey = new Map(former.map((state) => [state.labels.key, state]));
    for (const alert of this.#alerts.values()) {
      const state = byKey.get(forStateLabels(alert).key);
      if (state === undefined) continue;
      const activeAtMs = state.activeAtSeconds * 1000;
      const remainingMs = this.rule.forMs - (state.timeMs - activeAtMs);
      if (remainingMs <= 0) alert.activeAtMs = activeAtMs;
      else if (remainingMs < options.forGracePeriodMs) {
        alert.activeAtMs = nowMs + options.forGracePeriodMs - this.rule.forMs;
      } else alert.activeAtMs = activeAtMs + (nowMs - state.timeMs);
    }
  }

  /** There is nothing to restore, or it isn't worth it. */
  skipRestoring(): void {
    this.#isRestored = true;
  }

  #currentAlerts(round: Round): Map<string, Alert> {
    const vector = vectorOf(round.host.query(this.rule.expr, round.queryTimeMs));
    const alerts = new Map<string, Alert>();
    for (const [i, series] of vector.labels.entries()) {
      const value = vector.values[i]!;
      const { externalUrl, externalLabels } = round.options;
      const data = { labels: series, externalLabels, externalUrl, value };
      const builder = new LabelsBuilder(series).delete(METRIC_NAME);
      for (const [name, text] of this.#labels) builder.set(name, text.expand(data, round.host, round.timeMs));
      const labels = builder.set(ALERT_NAME, this.rule.name).labels();
      if (alerts.has(labels.key)) {
        throw new RuleError('vector contains metrics with the same labelset after applying alert labels');
      }
      const texts = this.#annotations.map(
        ([name, text]) => [name, text.expand(data, round.host, round.timeMs)] as const,
      );
      alerts.set(labels.key, {
        labels,
        annotations: annotationsOf(texts),
        state: 'pending',
        value,
        activeAtMs: round.timeMs,
        firedAtMs: undefined,
        resolvedAtMs: undefined,
        keepFiringSinceMs: undefined,
        lastSentAtMs: Number.NEGATIVE_INFINITY,
        series: undefined,
      });
    }
    return alerts;
  }

  #isKept(alert: Alert, timeMs: number): boolean {
    if (alert.state !== 'firing' || this.rule.keepFiringForMs === 0) return false;
    alert.keepFiringSinceMs ??= timeMs;
    return timeMs - alert.keepFiringSinceMs < this.rule.keepFiringForMs;
  }

  #end(key: string, alert: Alert, timeMs: number): void {
    const isOld = alert.resolvedAtMs !== undefined && timeMs - alert.resolvedAtMs > RESOLVED_RETENTION_MS;
    if (alert.state === 'pending' || isOld) this.#alerts.delete(key);
    if (alert.state === 'firing') {
      alert.state = 'inactive';
      alert.resolvedAtMs = timeMs;
    }
  }

  #addSamples(alert: Alert, samples: SampleList): void {
    if (alert.series?.state !== alert.state) {
      const alerts = new LabelsBuilder(alert.labels)
        .set(METRIC_NAME, 'ALERTS')
        .set('alertstate', alert.state);
      const forState = alert.series?.forState ?? forStateLabels(alert);
      alert.series = { state: alert.state, alerts: alerts.labels(), forState };
    }
    samples.add(alert.series.alerts, 1);
    samples.add(alert.series.forState, Math.floor(alert.activeAtMs / 1000));
  }
}

function forStateLabels(alert: Alert): Labels {
  return new LabelsBuilder(alert.labels).set(METRIC_NAME, 'ALERTS_FOR_STATE').labels();
}

/** Unlike labels, annotations may be empty texts. */
function annotationsOf(pairs: readonly (readonly [string, string])[]): Labels {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Labels(
    sorted.map(([name]) => name),
    sorted.map(([, text]) => text),
  );
}

function needsSending(alert: Alert, timeMs: number, resendDelayMs: number): boolean {
  if (alert.state === 'pending') return false;
  if (alert.resolvedAtMs !== undefined && alert.resolvedAtMs > alert.lastSentAtMs) return true;
  return alert.lastSentAtMs + resendDelayMs < timeMs;
}

/** Where the expression can be looked at. */
function graphUrl(externalUrl: string, expression: string): string {
  const escaped = encodeURIComponent(expression)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
  return `${externalUrl}/graph?g0.expr=${escaped}&g0.tab=1`;
}
