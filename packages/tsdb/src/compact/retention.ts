const DAY_MS = 24 * 3_600_000;

/**
 * Samples before the time that is returned are past their retention (0 keeps everything).
 *
 * It is counted from now, but from a day after the newest sample at most: where nothing has come for
 * longer than a day, either the clock is wrong or the workspace is idle, and then nothing more is removed. So
 * a clock that steps a year ahead removes nothing, unless samples with such times were taken in too. Prometheus
 * counts from the newest block alone.
 */
export function retentionCutoffMs(nowMs: number, newestMs: number, retentionMs: number): number {
  if (retentionMs === 0) return Number.NEGATIVE_INFINITY;
  return Math.floor(Math.min(nowMs, newestMs + DAY_MS) - retentionMs);
}
