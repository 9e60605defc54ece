// Sends one notification to one integration, with retries until its time is over.
//
// 1. The first attempt is made at once. The pauses after it grow by half from half a second to a minute,
//    each made up to half longer or shorter by chance.
// 2. A failure that can't get better ends it; the next flush tries again.
// 3. At the deadline the attempt that goes on is told to end and isn't waited for.

import { type Clock, pause, type Random } from '@ampere/platform';
import type { Labels } from '@ampere/series';
import type { FlushedAlert } from './aggregation-group.ts';
import type { Integration } from './config/receivers.ts';

export interface Notification {
  readonly receiver: string;
  readonly integration: Integration;
  /** Its SHA-256 identifies the group to receivers. */
  readonly groupKey: string;
  readonly groupLabels: Labels;
  /** In the order of messages; of receivers that don't want resolved ones only those that fire. */
  readonly alerts: readonly FlushedAlert[];
  readonly nowMs: number;
}

export type NotifyOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };

/** Makes one attempt. A rejection counts as a failure that isn't tried again. */
export type Notify = (notification: Notification, signal: AbortSignal) => Promise<NotifyOutcome>;

export interface Delivery {
  readonly ok: boolean;
  readonly attempts: number;
  /** Why the last attempt failed; empty when it didn't. */
  readonly reason: string;
}

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 60_000;
const PAUSE_GROWTH = 1.5;

/** Delivers until `signal` aborts. */
export async function deliver(
  notification: Notification,
  notify: Notify,
  { clock, random, signal }: { clock: Clock; random: Random; signal: AbortSignal },
): Promise<Delivery> {
  let reason = '';
  let pauseMs = PAUSE_FIRST_MS;
  for (let attempts = 0; ; attempts++) {
    if (signal.aborted) return { ok: false, attempts, reason: cancelled(reason, attempts) };
    const outcome = await attempt(notification, notify, signal);
    if (outcome.ok) return { ok: true, attempts: attempts + 1, reason: '' };
    reason = outcome.reason;
    if (!outcome.retry) return { ok: false, attempts: attempts + 1, reason };
    await pause(clock, pauseMs * (0.5 + random.integer(1001) / 1000), signal);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MAX_MS);
  }
}

function cancelled(reason: string, attempts: number): string {
  return `notify retry canceled after ${attempts} attempts${reason === '' ? '' : `: ${reason}`}`;
}

async function attempt(
  notification: Notification,
  notify: Notify,
  signal: AbortSignal,
): Promise<NotifyOutcome> {
  let onAbort = () => {};
  const aborted = new Promise<NotifyOutcome>((resolve) => {
    onAbort = () => resolve({ ok: false, retry: true, reason: 'no answer within the time' });
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([notify(notification, signal), aborted]);
  } catch (error) {
    return { ok: false, retry: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
