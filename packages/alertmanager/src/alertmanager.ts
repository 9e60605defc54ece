// One alert manager: what is posted is stored, sorted into groups, and in time notified.
//
//   post → store (merge) → dispatcher (routes, groups) → flush of a group
//     1. inhibited alerts drop out
//     2. outside its active intervals, or within a mute interval, the whole flush says nothing
//     3. silenced alerts drop out
//     4. for each integration of the receiver, side by side: is there news (notification log)? send, with
//        retries; write the log
//
// Nothing here touches a disk or a network: sending is a function that is passed in, and the state is a
// plain value (`snapshot`) that a new instance starts from. A new configuration makes new groups of the
// stored alerts; the log stays, so that what was said isn't said again.

import { assert, type Clock, type Random, type Timer } from '@ampere/platform';
import { compareText, Labels } from '@ampere/series';
import type { AggregationGroup, FlushedAlert } from './aggregation-group.ts';
import { type Alert, isResolved, makeAlert, type PostedAlert } from './alert.ts';
import { type AlertLimits, AlertStore } from './alert-store.ts';
import type { AlertmanagerConfig } from './config/config.ts';
import type { Integration } from './config/receivers.ts';
import { type Delivery, deliver, type Notify } from './delivery.ts';
import { Dispatcher } from './dispatcher.ts';
import { AlertmanagerError } from './errors.ts';
import { Inhibitor } from './inhibition.ts';
import { compareAlertLabels, compareLabelSets, fingerprintOf } from './label-set.ts';
import {
  type LogEntry,
  type LogQuestion,
  NotificationLog,
  reasonToSend,
  type SendReason,
} from './notification-log.ts';
import { buildRoute, matchRoutes, type Route } from './route.ts';
import { type Silence, Silences } from './silences.ts';
import { anyContains } from './time-interval.ts';

/** 0 is no limit. */
export interface AlertmanagerLimits extends AlertLimits {
  readonly groups: number;
}

/** AMP's quotas. */
export const ALERTMANAGER_LIMITS: AlertmanagerLimits = {
  alerts: 1000,
  alertsBytes: 20_000_000,
  groups: 1000,
};

/** What a flush did, for the record of notifications. */
export interface FlushRecord {
  readonly atMs: number;
  readonly receiver: string;
  readonly groupKey: string;
  /** Fingerprints of muted alerts, with the silences or the alert that muted them. */
  readonly muted: readonly { readonly fingerprint: string; readonly by: readonly string[] }[];
  /** The whole flush fell outside the active, or into a mute interval. */
  readonly mutedByTime: boolean;
  readonly deliveries: readonly (Delivery & {
    readonly integration: Integration;
    readonly why: SendReason;
  })[];
}

export interface AlertmanagerOptions {
  readonly config: AlertmanagerConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly notify: Notify;
  readonly limits: AlertmanagerLimits;
  /** What `snapshot` of an earlier instance gave, or null. */
  readonly restore: AlertmanagerSnapshot | null;
  /** Told of each flush. */
  readonly onFlush: (record: FlushRecord) => void;
  /** Told why an alert or a group wasn't taken, as Cortex logs it. */
  readonly onLimit: (reason: string) => void;
}

type StoredAlert = Omit<Alert, 'labels' | 'fingerprint'> & {
  readonly labels: readonly (readonly [string, string])[];
};

/** All that survives a restart; JSON carries it. */
export interface AlertmanagerSnapshot {
  readonly version: 1;
  readonly alerts: readonly StoredAlert[];
  readonly silences: readonly Silence[];
  readonly notifications: readonly LogEntry[];
}

const GROUPS_COLLECTED_EVERY_MS = 30_000;
const ALERTS_COLLECTED_EVERY_MS = 30 * 60_000;
const LOG_COLLECTED_EVERY_MS = 15 * 60_000;
/** A flush has this long to notify even when groups are flushed more often. */
const FLUSH_MIN_MS = 10_000;

/** An alert as the API shows it. */
export interface AlertView {
  readonly alert: Alert;
  readonly receivers: readonly string[];
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
}

/** A group as the API shows it. */
export interface GroupView {
  readonly labels: Labels;
  readonly receiver: string;
  readonly key: string;
  readonly alerts: readonly Alert[];
}

export class Alertmanager {
  readonly silences: Silences;
  readonly #options: AlertmanagerOptions;
  readonly #store: AlertStore;
  readonly #log: NotificationLog;
  readonly #timers = new Set<Timer>();
  #config: AlertmanagerConfig;
  #root!: Route;
  #inhibitor!: Inhibitor;
  #dispatcher!: Dispatcher;

  constructor(options: AlertmanagerOptions) {
    const { clock, random, restore } = options;
    this.#options = options;
    this.#config = options.config;
    this.silences = new Silences(clock, random, restore?.silences);
    this.#log = new NotificationLog(restore?.notifications);
    this.#store = new AlertStore(options.limits);
    for (const stored of restore?.alerts ?? []) this.#restore(stored);
    this.applyConfig(options.config);
    this.#every(GROUPS_COLLECTED_EVERY_MS, () => this.#dispatcher.collect());
    this.#every(ALERTS_COLLECTED_EVERY_MS, () => this.#store.collect(clock.nowMs()));
    this.#every(LOG_COLLECTED_EVERY_MS, () => {
      this.#inhibitor.collect(clock.nowMs());
      this.#log.collect(clock.nowMs());
      this.silences.collect(clock.nowMs());
    });
  }

  /** Replaces the configuration; the stored alerts are sorted anew. */
  applyConfig(config: AlertmanagerConfig): void {
    this.#dispatcher?.stop();
    this.#config = config;
    this.#root = buildRoute(config.route);
    this.#inhibitor = new Inhibitor(config.inhibitRules);
    const { clock, limits } = this.#options;
    const flush = (group: AggregationGroup, alerts: readonly FlushedAlert[], signal: AbortSignal) =>
      this.#flush(group, alerts, signal);
    this.#dispatcher = new Dispatcher(this.#root, clock, limits.groups, flush);
    for (const alert of this.#store.list()) this.#spread(alert);
  }

  /**
   * Takes posted alerts. Good ones are stored even when others are refused; then AlertmanagerError (400)
   * says why. What exceeds a limit is left out without an error, as Cortex does.
   */
  post(posted: readonly PostedAlert[]): void {
    const nowMs = this.#options.clock.nowMs();
    const faults: string[] = [];
    for (const each of posted) {
      const alert = makeAlert(each, nowMs, this.#config.resolveTimeoutMs);
      if (typeof alert === 'string') {
        faults.push(alert);
        continue;
      }
      const stored = this.#store.put(alert, nowMs);
      if (typeof stored === 'string') this.#options.onLimit(stored);
      else this.#spread(stored);
    }
    if (faults.length > 0) throw new AlertmanagerError(400, faults.join('; '));
  }

  /** Alerts that have not ended, by fingerprint, each with the receivers it goes to and what mutes it. */
  alerts(): AlertView[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#store
      .list()
      .filter((alert) => !isResolved(alert, nowMs))
      .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
      .map((alert) => {
        const source = this.#inhibitor.mutedBy(alert.labels, nowMs);
        return {
          alert,
          receivers: matchRoutes(this.#root, alert.labels).map(({ receiver }) => receiver),
          silencedBy: this.silences.mutedBy(alert.labels, nowMs),
          inhibitedBy: source === null ? [] : [source],
        };
      });
  }

  /** Groups by labels, then receiver, with their alerts that have not ended; without any, left out. */
  groups(): GroupView[] {
    const nowMs = this.#options.clock.nowMs();
    return this.#dispatcher
      .groups()
      .map((group) => ({
        labels: group.labels,
        receiver: group.route.receiver,
        key: group.key,
        alerts: group
          .alerts()
          .filter((alert) => !isResolved(alert, nowMs))
          .sort((a, b) => compareAlertLabels(a.labels, b.labels)),
      }))
      .filter(({ alerts }) => alerts.length > 0)
      .sort((a, b) => compareLabelSets(a.labels, b.labels) || compareText(a.receiver, b.receiver));
  }

  snapshot(): AlertmanagerSnapshot {
    const alerts = this.#store.list().map(({ fingerprint: _, labels, ...rest }) => ({
      ...rest,
      labels: [...labels],
    }));
    return { version: 1, alerts, silences: this.silences.list(), notifications: this.#log.list() };
  }

  /** Ends all timers and tells deliveries that go on to end. */
  stop(): void {
    this.#dispatcher.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #restore(stored: StoredAlert): void {
    const labels = Labels.fromPairs(stored.labels);
    const alert = { ...stored, labels, fingerprint: fingerprintOf(labels) };
    const result = this.#store.put(alert, this.#options.clock.nowMs());
    if (typeof result === 'string') this.#options.onLimit(result);
  }

  #spread(alert: Alert): void {
    this.#inhibitor.put(alert);
    const refused = this.#dispatcher.dispatch(alert);
    if (refused > 0)
      this.#options.onLimit(`too many aggregation groups, limit: ${this.#options.limits.groups}`);
  }

  #every(periodMs: number, run: () => void): void {
    const timer = this.#options.clock.after(periodMs, () => {
      this.#timers.delete(timer);
      run();
      this.#every(periodMs, run);
    });
    this.#timers.add(timer);
  }

  async #flush(
    group: AggregationGroup,
    flushed: readonly FlushedAlert[],
    stopped: AbortSignal,
  ): Promise<boolean> {
    const nowMs = this.#options.clock.nowMs();
    const { route } = group;
    const muted: { fingerprint: string; by: readonly string[] }[] = [];
    const remains = (mutedBy: (labels: Labels) => readonly string[]) => (flushedAlert: FlushedAlert) => {
      const { fingerprint, labels } = flushedAlert.alert;
      const by = mutedBy(labels);
      if (by.length > 0) muted.push({ fingerprint, by });
      return by.length === 0;
    };
    const uninhibited = flushed.filter(
      remains((labels) => {
        const source = this.#inhibitor.mutedBy(labels, nowMs);
        return source === null ? [] : [source];
      }),
    );
    const mutedByTime = uninhibited.length > 0 && this.#isMutedByTime(route, nowMs);
    const alerts = mutedByTime
      ? []
      : uninhibited.filter(remains((labels) => this.silences.mutedBy(labels, nowMs)));
    const deliveries = alerts.length === 0 ? [] : await this.#notifyAll(group, alerts, nowMs, stopped);
    const record = {
      atMs: nowMs,
      receiver: route.receiver,
      groupKey: group.key,
      muted,
      mutedByTime,
      deliveries,
    };
    this.#options.onFlush(record);
    return deliveries.every(({ ok }) => ok);
  }

  #isMutedByTime(route: Route, nowMs: number): boolean {
    const within = (names: readonly string[]) =>
      names.some((name) => anyContains(this.#config.timeIntervals.get(name) ?? [], nowMs));
    if (route.activeTimeIntervals.length > 0 && !within(route.activeTimeIntervals)) return true;
    return within(route.muteTimeIntervals);
  }

  /** Tells each integration what is new to it. */
  async #notifyAll(
    group: AggregationGroup,
    alerts: readonly FlushedAlert[],
    nowMs: number,
    stopped: AbortSignal,
  ): Promise<FlushRecord['deliveries']> {
    const { clock } = this.#options;
    const receiver = this.#config.receivers.find(({ name }) => name === group.route.receiver);
    assert(receiver !== undefined, `a route names the receiver ${group.route.receiver}, which is not there`);
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    stopped.addEventListener('abort', abort, { once: true });
    const timer = clock.after(Math.max(group.route.groupIntervalMs, FLUSH_MIN_MS), abort);
    try {
      const sent = receiver.integrations.map((each) =>
        this.#notify(each, group, alerts, nowMs, deadline.signal),
      );
      return (await Promise.all(sent)).filter((delivery) => delivery !== null);
    } finally {
      timer.cancel();
      stopped.removeEventListener('abort', abort);
    }
  }

  async #notify(
    integration: Integration,
    group: AggregationGroup,
    alerts: readonly FlushedAlert[],
    nowMs: number,
    signal: AbortSignal,
  ): Promise<FlushRecord['deliveries'][number] | null> {
    const { clock, random, notify } = this.#options;
    const { route, key: groupKey, labels: groupLabels } = group;
    const fingerprints = (resolved: boolean) =>
      alerts.filter((each) => each.resolved === resolved).map(({ alert }) => alert.fingerprint);
    const { sendResolved } = integration.config;
    const question: LogQuestion = {
      firing: fingerprints(false),
      resolved: fingerprints(true),
      sendResolved,
      repeatIntervalMs: route.repeatIntervalMs,
      nowMs,
    };
    const logKey = `${groupKey}:${route.receiver}/${integration.kind}/${integration.index}`;
    const why = reasonToSend(this.#log.get(logKey), question);
    if (why === null) return null;
    const wanted = sendResolved ? alerts : alerts.filter(({ resolved }) => !resolved);
    let delivery: Delivery = { ok: true, attempts: 0, reason: '' };
    // A flush of resolved alerts that nobody wants to hear of only updates the log.
    if (wanted.length > 0) {
      const notification = {
        receiver: route.receiver,
        integration,
        groupKey,
        groupLabels,
        alerts: wanted,
        nowMs,
      };
      delivery = await deliver(notification, notify, { clock, random, signal });
    }
    if (delivery.ok) this.#log.put(logKey, { ...question, nowMs: clock.nowMs() });
    return { ...delivery, integration, why };
  }
}
