import type { FlushRecord } from '@ampere/alertmanager';
import type { Counter, Registry, Vec } from '@ampere/metrics';

export type AlertLimit = 'active_alerts' | 'alerts_size' | 'alert_aggregation_group_size';

/** Which limit Cortex' sentence is about. */
export function alertLimitOf(reason: string): AlertLimit {
  if (reason.startsWith('too many alerts')) return 'active_alerts';
  return reason.startsWith('alerts too big') ? 'alerts_size' : 'alert_aggregation_group_size';
}

/** What alert managers count. */
export class AlertManagerMetrics {
  readonly #received: Vec<Counter>;
  readonly #notifications: Vec<Counter>;
  readonly #failed: Vec<Counter>;
  readonly #muted: Vec<Counter>;
  readonly #limited: Vec<Counter>;

  constructor(registry: Registry) {
    const of = (name: string, help: string, ...more: string[]) =>
      registry.counterVec(name, help, { labels: ['workspace', ...more] });
    this.#received = of('ampere_alerts_received_total', 'Alerts that were posted.');
    this.#notifications = of(
      'ampere_notifications_total',
      'Notifications that were delivered.',
      'integration',
    );
    this.#failed = of('ampere_notifications_failed_total', 'Notifications that failed.', 'integration');
    this.#muted = of('ampere_alerts_muted_total', 'Alerts that a flush left out as silenced or inhibited.');
    this.#limited = of('ampere_alerts_limited_total', 'Alerts and groups that were over a limit.', 'limit');
  }

  received(workspaceId: string, alerts: number): void {
    this.#received.with(workspaceId).inc(alerts);
  }

  flushed(workspaceId: string, { deliveries, muted }: FlushRecord): void {
    for (const { ok, integration } of deliveries) {
      (ok ? this.#notifications : this.#failed).with(workspaceId, integration.kind).inc();
    }
    if (muted.length > 0) this.#muted.with(workspaceId).inc(muted.length);
  }

  limited(workspaceId: string, limit: AlertLimit): void {
    this.#limited.with(workspaceId, limit).inc();
  }

  removeWorkspace(workspaceId: string): void {
    for (const vec of [this.#received, this.#notifications, this.#failed, this.#muted, this.#limited])
      vec.remove('workspace', workspaceId);
  }
}
