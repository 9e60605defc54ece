// What was last sent to an integration about a group, and whether there is something new to say.
//
// 1. An entry names the alerts that fired and those that had resolved in the last message.
// 2. A flush is sent when something fires that the last message didn't have, when everything resolved that
//    had fired, when more has resolved (if the receiver wants to know), or when the message is older than
//    the repeat interval.

import { RETENTION_MS } from './silences.ts';

export interface LogEntry {
  /** Group key, receiver, integration. */
  readonly key: string;
  readonly sentAtMs: number;
  readonly expiresAtMs: number;
  /** Fingerprints. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

/** What a flush would say now. */
export interface LogQuestion {
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
  readonly sendResolved: boolean;
  readonly repeatIntervalMs: number;
  readonly nowMs: number;
}

export type SendReason = 'first' | 'firing' | 'resolved' | 'repeat';

/** Why a message is due, or null when there is nothing to say. */
export function reasonToSend(entry: LogEntry | undefined, question: LogQuestion): SendReason | null {
  const { firing, resolved, sendResolved, repeatIntervalMs, nowMs } = question;
  if (entry === undefined) return firing.length > 0 ? 'first' : null;
  if (!isSubset(firing, entry.firing)) return 'firing';
  // Also without send_resolved: the entry has to forget what fired, or a new firing would be no news.
  if (firing.length === 0) return entry.firing.length > 0 ? 'resolved' : null;
  if (sendResolved && !isSubset(resolved, entry.resolved)) return 'resolved';
  return entry.sentAtMs < nowMs - repeatIntervalMs ? 'repeat' : null;
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  const all = new Set(whole);
  return part.every((fingerprint) => all.has(fingerprint));
}

export class NotificationLog {
  readonly #entries = new Map<string, LogEntry>();

  constructor(restored: readonly LogEntry[] = []) {
    for (const entry of restored) this.#entries.set(entry.key, entry);
  }

  get(key: string): LogEntry | undefined {
    return this.#entries.get(key);
  }

  /** Remembers what was sent, for twice the repeat interval. An older message never replaces a newer one. */
  put(key: string, question: LogQuestion): void {
    const { firing, resolved, repeatIntervalMs, nowMs } = question;
    if ((this.#entries.get(key)?.sentAtMs ?? 0) > nowMs) return;
    const expiresAtMs = nowMs + Math.min(2 * repeatIntervalMs, RETENTION_MS);
    this.#entries.set(key, { key, sentAtMs: nowMs, expiresAtMs, firing, resolved });
  }

  collect(nowMs: number): void {
    for (const { key, expiresAtMs } of this.#entries.values()) {
      if (expiresAtMs <= nowMs) this.#entries.delete(key);
    }
  }

  list(): LogEntry[] {
    return [...this.#entries.values()];
  }
}
