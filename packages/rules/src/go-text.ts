// Numbers and times as Go writes them into JSON.

/** `strconv.FormatFloat(value, 'e', -1, 64)`: `1.2345678e+03`, `NaN`, `+Inf`. */
export function formatExponent(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0e+0' : value.toExponential();
  return text.replace(/(e[+-])(\d)$/, '$10$2');
}

/** RFC 3339 in UTC, zeros at the end of the fraction left out; Go's zero time for undefined. */
export function formatTime(timeMs: number | undefined): string {
  if (timeMs === undefined) return '0001-01-01T00:00:00Z';
  return new Date(timeMs).toISOString().replace(/\.?0+Z$/, 'Z');
}
