// The last notifications of an alert manager, for those who look for one that didn't come: what each flush sent
// to whom, with the rendered texts and the answer, and what was muted by which silence or alert.

import type { FlushRecord, Notification } from '@ampere/alertmanager';
import type { Delivered } from './notification-delivery.ts';

/** Flushes remembered for each workspace. */
const FLUSHES_MAX = 200;
const TEXT_LENGTH_MAX = 4_096;
/** Texts of attempts that no flush has claimed yet. */
const ATTEMPTS_MAX = 1_000;

export interface RecordedDelivery {
  readonly integration: string;
  /** `first`, `firing`, `resolved` or `repeat`. */
  readonly why: string;
  readonly ok: boolean;
  readonly attempts: number;
  /** Why it failed; empty when it didn't. */
  readonly reason: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly answer: string;
}

export interface RecordedFlush {
  readonly at: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly mutedByTime: boolean;
  readonly muted: readonly { readonly fingerprint: string; readonly by: readonly string[] }[];
  readonly deliveries: readonly RecordedDelivery[];
}

export class NotificationRecord {
  readonly #flushes: RecordedFlush[] = [];
  /** The last attempt of each group and integration. */
  readonly #attempts = new Map<string, Delivered>();

  noteAttempt({ groupKey, integration, receiver }: Notification, delivered: Delivered): void {
    const key = keyOf(groupKey, receiver, integration);
    this.#attempts.delete(key);
    this.#attempts.set(key, delivered);
    if (this.#attempts.size > ATTEMPTS_MAX) this.#attempts.delete(this.#attempts.keys().next().value!);
  }

  /** Flushes that neither sent nor muted anything aren't worth a place. */
  noteFlush(flush: FlushRecord): void {
    if (flush.deliveries.length === 0 && flush.muted.length === 0 && !flush.mutedByTime) return;
    const { atMs, receiver, groupKey, mutedByTime, muted } = flush;
    const deliveries = flush.deliveries.map(({ integration, why, ok, attempts, reason }) => {
      const key = keyOf(groupKey, receiver, integration);
      const delivered = this.#attempts.get(key);
      this.#attempts.delete(key);
      return {
        integration: `${integration.kind}[${integration.index}]`,
        why,
        ok,
        attempts,
        reason: reason.slice(0, TEXT_LENGTH_MAX),
        texts: shortened(delivered?.texts ?? {}),
        answer: (delivered?.answer ?? '').slice(0, TEXT_LENGTH_MAX),
      };
    });
    const at = new Date(atMs).toISOString();
    this.#flushes.push({ at, receiver, groupKey, mutedByTime, muted, deliveries });
    if (this.#flushes.length > FLUSHES_MAX) this.#flushes.shift();
  }

  /** From the newest. */
  list(): RecordedFlush[] {
    return [...this.#flushes].reverse();
  }
}

function keyOf(groupKey: string, receiver: string, { kind, index }: Notification['integration']): string {
  return JSON.stringify([groupKey, receiver, kind, index]);
}

function shortened(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text.slice(0, TEXT_LENGTH_MAX)]),
  );
}
