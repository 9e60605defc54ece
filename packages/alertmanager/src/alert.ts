// Alerts: what is posted becomes an alert with times, and two of the same labels merge.
//
// Times are milliseconds since 1970. An alert whose end is not given ends by itself after the resolve
// timeout (`timeout`), unless it is posted again.

import { quote } from '@ampere/go-text';
import { compareText, Labels } from '@ampere/series';
import { fingerprintOf } from './label-set.ts';

export interface Alert {
  /** Of the labels. */
  readonly fingerprint: string;
  readonly labels: Labels;
  /** Sorted by name; values may be empty. */
  readonly annotations: readonly (readonly [string, string])[];
  readonly generatorUrl: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  /** Whether the end is only the resolve timeout. */
  readonly timeout: boolean;
}

/** An alert as it is posted; times that are absent are null. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorUrl: string;
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Why a posted alert is refused, in Alertmanager's words, or the alert. Labels with empty values vanish. */
export function makeAlert(posted: PostedAlert, nowMs: number, resolveTimeoutMs: number): Alert | string {
  const startsAtMs = posted.startsAtMs ?? posted.endsAtMs ?? nowMs;
  const endsAtMs = posted.endsAtMs ?? nowMs + resolveTimeoutMs;
  if (endsAtMs < startsAtMs) return 'start time must be before end time';
  const labels = Labels.fromRecord(posted.labels);
  const badLabel = labels.names.find((name) => !LABEL_NAME.test(name));
  if (badLabel !== undefined) return `invalid label set: invalid name ${quote(badLabel)}`;
  if (labels.size === 0) return 'at least one label pair required';
  const annotations = Object.entries(posted.annotations).sort((a, b) => compareText(a[0], b[0]));
  const badAnnotation = annotations.find(([name]) => !LABEL_NAME.test(name));
  if (badAnnotation !== undefined) return `invalid annotations: invalid name ${quote(badAnnotation[0])}`;
  return {
    fingerprint: fingerprintOf(labels),
    labels,
    annotations,
    generatorUrl: posted.generatorUrl,
    startsAtMs,
    endsAtMs,
    updatedAtMs: nowMs,
    timeout: posted.endsAtMs === null,
  };
}

export function isResolved(alert: Alert, nowMs: number): boolean {
  return alert.endsAtMs <= nowMs;
}

/** What becomes of a stored alert when one with the same labels arrives. */
export function mergeAlerts(stored: Alert, arrived: Alert, nowMs: number): Alert {
  const endsWithin = arrived.endsAtMs > stored.startsAtMs && arrived.endsAtMs < stored.endsAtMs;
  const startsWithin = arrived.startsAtMs > stored.startsAtMs && arrived.startsAtMs < stored.endsAtMs;
  // Without an overlap it is a new episode.
  if (!endsWithin && !startsWithin) return arrived;
  const [older, newer] = arrived.updatedAtMs < stored.updatedAtMs ? [arrived, stored] : [stored, arrived];
  const keepsEnd = isResolved(newer, nowMs) ? isResolved(older, nowMs) : !older.timeout;
  return {
    ...newer,
    startsAtMs: Math.min(older.startsAtMs, newer.startsAtMs),
    endsAtMs: keepsEnd ? Math.max(older.endsAtMs, newer.endsAtMs) : newer.endsAtMs,
  };
}

/** Bytes of an alert's texts, which a workspace has a quota of. */
export function alertSizeBytes(alert: Alert): number {
  let bytes = Buffer.byteLength(alert.generatorUrl);
  for (const [name, value] of alert.labels) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  for (const [name, value] of alert.annotations) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}
