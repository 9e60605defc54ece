export const GO_ZERO_TIME = '0001-01-01T00:00:00Z';

/** RFC 3339 in UTC, zeros at the end of the fraction left out; Go's zero time for undefined. */
export function formatTime(timeMs: number | undefined): string {
  if (timeMs === undefined) return GO_ZERO_TIME;
  return new Date(timeMs).toISOString().replace(/\.?0+Z$/, 'Z');
}
