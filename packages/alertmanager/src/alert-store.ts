// The alerts of one alert manager, each label set once.
//
// A workspace has quotas of how many alerts and of how many bytes. A new alert over a quota is not
// stored; alerts that have ended make room first. Changes of stored alerts count by their difference.

import { type Alert, alertSizeBytes, isResolved, mergeAlerts } from './alert.ts';

/** 0 is no limit. */
export interface AlertLimits {
  readonly alerts: number;
  readonly alertsBytes: number;
}

export class AlertStore {
  readonly #limits: AlertLimits;
  readonly #byFingerprint = new Map<string, Alert>();
  #sizeBytes = 0;

  constructor(limits: AlertLimits) {
    this.#limits = limits;
  }

  /** Stores or merges. Returns what is stored now, or the text of the limit that was exceeded. */
  put(arrived: Alert, nowMs: number): Alert | string {
    const stored = this.#byFingerprint.get(arrived.fingerprint);
    const alert = stored === undefined ? arrived : mergeAlerts(stored, arrived, nowMs);
    const growthBytes = alertSizeBytes(alert) - (stored === undefined ? 0 : alertSizeBytes(stored));
    let refusal = this.#refusal(stored === undefined, growthBytes, alert);
    if (refusal !== null) {
      this.collect(nowMs, alert.fingerprint);
      refusal = this.#refusal(stored === undefined, growthBytes, alert);
    }
    if (refusal !== null) return refusal;
    this.#byFingerprint.set(alert.fingerprint, alert);
    this.#sizeBytes += growthBytes;
    return alert;
  }

  #refusal(isNew: boolean, growthBytes: number, alert: Alert): string | null {
    const { alerts, alertsBytes } = this.#limits;
    if (isNew && alerts > 0 && this.#byFingerprint.size >= alerts) {
      return `too many alerts, limit: ${alerts}, alert name: ${alert.labels.get('alertname')}`;
    }
    if (alertsBytes > 0 && growthBytes > 0 && this.#sizeBytes + growthBytes > alertsBytes) {
      return `alerts too big, total size limit: ${alertsBytes} bytes`;
    }
    return null;
  }

  /** Forgets alerts that have ended, but not the one that is named. */
  collect(nowMs: number, except = ''): void {
    for (const alert of this.#byFingerprint.values()) {
      if (alert.fingerprint === except || !isResolved(alert, nowMs)) continue;
      this.#byFingerprint.delete(alert.fingerprint);
      this.#sizeBytes -= alertSizeBytes(alert);
    }
  }

  /** In the order of their first arrival. */
  list(): Alert[] {
    return [...this.#byFingerprint.values()];
  }
}
