// One group of alerts: when it is flushed, and what leaves it.
//
// 1. The first flush comes group_wait after the group was made, or at once when an alert arrives that
//    has been firing for longer than that.
// 2. Each later one comes group_interval after the one before began, changed or not; a flush that lasts
//    longer delays the next.
// 3. A flush shows each alert as it is at that moment, in the order of messages. When it went well, alerts
//    that had resolved leave the group, unless they have changed meanwhile.

import type { Clock, Timer } from '@ampere/platform';
import type { Labels } from '@ampere/series';
import { type Alert, isResolved } from './alert.ts';
import { compareAlertLabels } from './label-set.ts';
import { groupKeyOf, type Route } from './route.ts';

/** An alert as a flush sees it. */
export interface FlushedAlert {
  readonly alert: Alert;
  readonly resolved: boolean;
}

/** Handles one flush; whether it went well. It never rejects. */
export type Flush = (
  group: AggregationGroup,
  alerts: readonly FlushedAlert[],
  signal: AbortSignal,
) => Promise<boolean>;

export class AggregationGroup {
  readonly route: Route;
  readonly labels: Labels;
  readonly key: string;
  readonly #clock: Clock;
  readonly #flush: Flush;
  readonly #alerts = new Map<string, Alert>();
  readonly #stop = new AbortController();
  #timer: Timer;
  #hasFlushed = false;
  #isFlushing = false;
  /** The next flush became due while one was going on. */
  #isDue = false;

  constructor(route: Route, labels: Labels, clock: Clock, flush: Flush) {
    this.route = route;
    this.labels = labels;
    this.key = groupKeyOf(route, labels);
    this.#clock = clock;
    this.#flush = flush;
    this.#timer = clock.after(route.groupWaitMs, () => this.#due());
  }

  get isEmpty(): boolean {
    return this.#alerts.size === 0;
  }

  alerts(): Alert[] {
    return [...this.#alerts.values()];
  }

  insert(alert: Alert): void {
    this.#alerts.set(alert.fingerprint, alert);
    if (!this.#hasFlushed && alert.startsAtMs + this.route.groupWaitMs < this.#clock.nowMs()) {
      this.#timer.cancel();
      this.#timer = this.#clock.after(0, () => this.#due());
    }
  }

  /** No flush begins any more, and one that goes on is told to end. */
  stop(): void {
    this.#timer.cancel();
    this.#stop.abort();
  }

  #due(): void {
    if (this.#isFlushing) {
      this.#isDue = true;
      return;
    }
    this.#hasFlushed = true;
    this.#timer = this.#clock.after(this.route.groupIntervalMs, () => this.#due());
    if (this.isEmpty) return;
    this.#isFlushing = true;
    const nowMs = this.#clock.nowMs();
    const flushed = this.alerts()
      .sort((a, b) => compareAlertLabels(a.labels, b.labels))
      .map((alert) => ({ alert, resolved: isResolved(alert, nowMs) }));
    void this.#flush(this, flushed, this.#stop.signal).then((ok) => {
      if (ok) this.#drop(flushed);
      this.#isFlushing = false;
      if (!this.#isDue || this.#stop.signal.aborted) return;
      this.#isDue = false;
      this.#timer.cancel();
      this.#due();
    });
  }

  #drop(flushed: readonly FlushedAlert[]): void {
    for (const { alert, resolved } of flushed) {
      const isSame = this.#alerts.get(alert.fingerprint) === alert;
      if (resolved && isSame) this.#alerts.delete(alert.fingerprint);
    }
  }
}
