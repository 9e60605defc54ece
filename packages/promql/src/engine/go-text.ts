// Numbers and label sets as Go reads and prints them, where they become part of labels or errors.

import { formatFloatG, quote } from '@ampere/go-text';
import type { Labels } from '@ampere/series';

/** `strconv.ParseFloat(text, 64)`; undefined for what isn't a number there. */
export function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(inf|infinity)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hex = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text);
  if (hex === null || (hex[2] === '' && hex[3] === '')) return undefined;
  const mantissa = Number.parseInt(`${hex[2]}${hex[3]}`, 16) * 2 ** (Number(hex[4]) - 4 * hex[3]!.length);
  return hex[1] === '-' ? -mantissa : mantissa;
}

/** A label set as Prometheus prints it: `{a="b", c="d"}`. */
export function formatLabels(labels: Labels): string {
  const pairs: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.names[i]!;
    const shown = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
    pairs.push(`${shown}=${quote(labels.values[i]!)}`);
  }
  return `{${pairs.join(', ')}}`;
}

/** A number as OpenMetrics writes it in `le` and `quantile`: always with a point or an exponent. */
export function formatOpenMetricsFloat(value: number): string {
  const text = formatFloatG(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Whether a text came from bytes that are no UTF-8: such bytes are kept as lone surrogates. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
