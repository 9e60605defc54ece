// Inhibition: an alert is muted while another one fires that a rule sets over it.
//
// 1. A rule keeps the alerts that match its source side, by the values of its `equal` labels, so that
//    asking costs no walk over all sources.
// 2. A target is muted by a source that has not ended and has equal values; a missing label equals a
//    missing one.
// 3. A target that matches the source side too isn't muted by sources that match the target side too:
//    alerts that match both sides never mute each other.

import type { Labels } from '@ampere/series';
import { type Alert, isResolved } from './alert.ts';
import type { InhibitRuleConfig } from './config/config.ts';
import { matchesAll } from './matcher-text.ts';

interface Rule {
  readonly config: InhibitRuleConfig;
  readonly sources: Map<string, Map<string, Alert>>;
}

export class Inhibitor {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly InhibitRuleConfig[]) {
    this.#rules = rules.map((config) => ({ config, sources: new Map() }));
  }

  /** Takes in a new or changed alert. */
  put(alert: Alert): void {
    for (const { config, sources } of this.#rules) {
      if (!matchesAll(config.source, alert.labels)) continue;
      const key = equalKey(config, alert.labels);
      let equals = sources.get(key);
      if (equals === undefined) sources.set(key, (equals = new Map()));
      equals.set(alert.fingerprint, alert);
    }
  }

  /** The fingerprint of an alert that mutes these labels, or null. */
  mutedBy(labels: Labels, nowMs: number): string | null {
    for (const { config, sources } of this.#rules) {
      if (!matchesAll(config.target, labels)) continue;
      const equals = sources.get(equalKey(config, labels));
      if (equals === undefined) continue;
      const twoSided = matchesAll(config.source, labels);
      for (const source of equals.values()) {
        if (isResolved(source, nowMs)) continue;
        if (twoSided && matchesAll(config.target, source.labels)) continue;
        return source.fingerprint;
      }
    }
    return null;
  }

  /** Forgets sources that have ended. */
  collect(nowMs: number): void {
    for (const { sources } of this.#rules) {
      for (const [key, equals] of sources) {
        for (const source of equals.values()) {
          if (isResolved(source, nowMs)) equals.delete(source.fingerprint);
        }
        if (equals.size === 0) sources.delete(key);
      }
    }
  }
}

function equalKey(config: InhibitRuleConfig, labels: Labels): string {
  let key = '';
  for (const name of config.equal) {
    const value = labels.get(name);
    key += `${value.length}:${value}`;
  }
  return key;
}
