// An alert manager under a fake clock, and what it sends as lines: `30 r: +a +b -c` says that at second
// 30 the receiver r heard of a and b firing and c resolved.

import { FakeClock, SeededRandom } from '@ampere/platform';
import {
  ALERTMANAGER_LIMITS,
  Alertmanager,
  type AlertmanagerLimits,
  type AlertmanagerSnapshot,
  type FlushRecord,
} from '../alertmanager.ts';
import { type AlertmanagerConfig, parseConfig } from '../config/config.ts';
import type { Notification, Notify, NotifyOutcome } from '../delivery.ts';

export const START_MS = Date.parse('2024-01-01T00:00:00Z');

export interface ScenarioOptions {
  readonly limits?: Partial<AlertmanagerLimits>;
  readonly notify?: Notify;
  readonly restore?: AlertmanagerSnapshot;
  readonly clock?: FakeClock;
}

/** Receivers r, a, b with one SNS topic each; q doesn't want resolved alerts. */
export function configOf(route: string, more = ''): string {
  const sns = (name: string, extra = '') =>
    `- {name: ${name}, sns_configs: [{topic_arn: t, sigv4: {region: x}${extra}}]}`;
  const receivers = [sns('r'), sns('a'), sns('b'), sns('q', ', send_resolved: false')];
  return `route: ${route}\n${more}\nreceivers:\n${receivers.join('\n')}`;
}

export class Scenario {
  readonly clock: FakeClock;
  readonly sent: string[] = [];
  readonly flushes: FlushRecord[] = [];
  readonly refused: string[] = [];
  readonly am: Alertmanager;
  readonly config: AlertmanagerConfig;

  constructor(config: string, options: ScenarioOptions = {}) {
    this.clock = options.clock ?? new FakeClock(START_MS);
    const notify = options.notify ?? (async (): Promise<NotifyOutcome> => ({ ok: true }));
    this.config = parseConfig(config);
    this.am = new Alertmanager({
      config: this.config,
      clock: this.clock,
      random: new SeededRandom(1),
      notify: (notification, signal) => {
        this.sent.push(this.#line(notification));
        return notify(notification, signal);
      },
      limits: { ...ALERTMANAGER_LIMITS, ...options.limits },
      restore: options.restore ?? null,
      onFlush: (record) => this.flushes.push(record),
      onLimit: (reason) => this.refused.push(reason),
    });
  }

  get second(): number {
    return (this.clock.nowMs() - START_MS) / 1000;
  }

  /** Posts alerts of these names as firing since now (or `since`), for a day; more labels as `a,zone=1`. */
  fire(names: string, since = this.second): void {
    this.#post(names, since, since + 86_400);
  }

  /** Posts them as ended now. */
  resolve(names: string, since = 0): void {
    this.#post(names, since, this.second);
  }

  #post(names: string, startsAt: number, endsAt: number): void {
    this.am.post(
      names.split(' ').map((each) => {
        const [alertname, ...more] = each.split(',');
        const labels = { alertname: alertname!, ...Object.fromEntries(more.map((pair) => pair.split('='))) };
        const startsAtMs = START_MS + startsAt * 1000;
        return { labels, annotations: {}, generatorUrl: '', startsAtMs, endsAtMs: START_MS + endsAt * 1000 };
      }),
    );
  }

  silence(matchers: Record<string, string>, seconds: number): string {
    const nowMs = this.clock.nowMs();
    return this.am.silences.set({
      id: null,
      matchers: Object.entries(matchers).map(([name, value]) => ({
        name,
        value,
        isRegex: false,
        isEqual: true,
      })),
      startsAtMs: nowMs,
      endsAtMs: nowMs + seconds * 1000,
      createdBy: 'test',
      comment: '',
    });
  }

  /** Moves to a second, letting everything that waits for an answer go on after each step. */
  async until(second: number, stepSeconds = 1): Promise<void> {
    await settle();
    while (this.second < second) {
      this.clock.advance(Math.min(stepSeconds, second - this.second) * 1000);
      await settle();
    }
  }

  #line({ receiver, alerts }: Notification): string {
    const names = alerts.map(
      ({ alert, resolved }) => `${resolved ? '-' : '+'}${alert.labels.get('alertname')}`,
    );
    return `${this.second} ${receiver}: ${names.join(' ')}`;
  }
}

/** Lets all promises that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
