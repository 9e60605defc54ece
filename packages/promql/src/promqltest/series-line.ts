// One line of a `load` or of an expected result: a series and its values.
//
//   metric{label="value"} 1 2+3x4 _x2 stale {{schema:0 count:3 sum:4 buckets:[1 2]}}x3
//
// Values stand one step apart. `a+bxn` is a and n more, each b greater; `axn` is a and n more of it;
// `_` is a gap, `_xn` n of them; histograms may be repeated, added and subtracted likewise.

import { Labels, METRIC_NAME } from '@ampere/series';
import type { FloatHistogram } from '../engine/types.ts';
import { addHistograms, subtractHistograms } from '../histogram/index.ts';
import { unquote } from '../parser/literals.ts';

export type SequenceValue =
  | { readonly kind: 'gap' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'float'; readonly value: number }
  /** `hintSet`: the counter reset hint was written down, so that it must be equal. */
  | { readonly kind: 'histogram'; readonly histogram: FloatHistogram; readonly hintSet: boolean };

export interface SeriesLine {
  readonly labels: Labels;
  readonly values: readonly SequenceValue[];
}

/** A script that can't be understood. */
export class ScriptError extends Error {
  override name = 'ScriptError';
}

const METRIC = /[a-zA-Z_:][\w:]*/y;
const LABEL =
  /\s*(?:([a-zA-Z_]\w*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`))\s*(?:=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`))?\s*(,|\})/y;

export function parseSeriesLine(line: string): SeriesLine {
  const { labels, end } = parseLabels(line);
  const values: SequenceValue[] = [];
  for (const item of splitItems(line.slice(end))) values.push(...parseItem(item));
  return { labels, values };
}

function parseLabels(line: string): { labels: Labels; end: number } {
  const pairs: [string, string][] = [];
  METRIC.lastIndex = 0;
  const metric = METRIC.exec(line);
  let end = metric === null ? 0 : METRIC.lastIndex;
  if (metric !== null) pairs.push([METRIC_NAME, metric[0]]);
  if (line[end] === '{') {
    end++;
    if (/^\s*\}/.test(line.slice(end)))
      return { labels: Labels.fromPairs(pairs), end: line.indexOf('}', end) + 1 };
    for (;;) {
      LABEL.lastIndex = end;
      const [, name, quoted, value, separator] = LABEL.exec(line) ?? [];
      if (separator === undefined || (name !== undefined && value === undefined))
        throw new ScriptError(`bad labels: ${line}`);
      const label = name ?? unquoteText(quoted!);
      pairs.push(value === undefined ? [METRIC_NAME, label] : [label, unquoteText(value)]);
      end = LABEL.lastIndex;
      const trailing = separator === ',' ? /^\s*\}/.exec(line.slice(end)) : null;
      if (trailing !== null) end += trailing[0].length;
      if (separator === '}' || trailing !== null) break;
    }
  } else if (metric === null) {
    throw new ScriptError(`no series: ${line}`);
  }
  return { labels: Labels.fromPairs(pairs), end };
}

function unquoteText(quoted: string): string {
  return unquote(Buffer.from(quoted, 'utf8').toString('latin1'));
}

/** Splits at spaces that are not inside `{{…}}`. */
function splitItems(text: string): string[] {
  return text.match(/(?:\{\{.*?\}\}|\S)+/g) ?? [];
}

const NUMBER = String.raw`(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)`;
const FLOATS = new RegExp(String.raw`^([+-]?${NUMBER})(?:([+-]${NUMBER})?x(\d+))?$`, 'i');
const HISTOGRAMS = /^\{\{(.*?)\}\}(?:(?:([+-])\{\{(.*?)\}\})?x(\d+))?$/;

function parseItem(item: string): SequenceValue[] {
  if (item === 'stale') return [{ kind: 'stale' }];
  const gaps = /^_(?:x(\d+))?$/.exec(item);
  if (gaps !== null) return Array.from({ length: Number(gaps[1] ?? 1) }, () => ({ kind: 'gap' }));
  const floats = FLOATS.exec(item);
  if (floats !== null) {
    let value = parseFloatText(floats[1]!);
    const change = floats[2] === undefined ? 0 : parseFloatText(floats[2]);
    return Array.from({ length: Number(floats[3] ?? 0) + 1 }, () => {
      const result: SequenceValue = { kind: 'float', value };
      if (floats[2] !== undefined) value += change;
      return result;
    });
  }
  const histograms = HISTOGRAMS.exec(item);
  if (histograms === null) throw new ScriptError(`bad value: ${item}`);
  return parseHistograms(histograms);
}

export function parseFloatText(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith('inf'))
    return lower.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return lower.endsWith('nan') ? Number.NaN : Number(text);
}

function parseHistograms([, first, sign, second, times]: readonly (string | undefined)[]): SequenceValue[] {
  const base = parseHistogram(first!);
  if (sign === undefined) return Array.from({ length: Number(times ?? 0) + 1 }, () => base);
  const change = parseHistogram(second!);
  const values: SequenceValue[] = [{ ...base, hintSet: change.hintSet }];
  let { histogram } = base;
  for (let i = Number(times); i > 0; i--) {
    const combine = sign === '+' ? addHistograms : subtractHistograms;
    ({ histogram } = combine(histogram, change.histogram));
    values.push({ kind: 'histogram', histogram, hintSet: change.hintSet });
  }
  return values;
}

const HINTS = { unknown: 'unknown', reset: 'reset', not_reset: 'not-reset', gauge: 'gauge' } as const;

/** What stands between `{{` and `}}`. */
function parseHistogram(text: string): { kind: 'histogram'; histogram: FloatHistogram; hintSet: boolean } {
  const fields = new Map<string, string>();
  let rest = text.trim();
  while (rest !== '') {
    const [whole, key, value] = /^(\w+):(\[[^\]]*\]|[^\s[]+)\s*/.exec(rest) ?? [];
    if (whole === undefined) throw new ScriptError(`bad histogram: {{${text}}}`);
    if (fields.has(key!)) throw new ScriptError(`duplicate key "${key}" in histogram`);
    fields.set(key!, value!);
    rest = rest.slice(whole.length);
  }
  const number = (key: string) => parseFloatText(fields.get(key) ?? '0');
  const list = (key: string) =>
    Float64Array.from(
      (fields.get(key) ?? '[]').slice(1, -1).trim().split(/\s+/).filter(Boolean),
      parseFloatText,
    );
  const hint = fields.get('counter_reset_hint');
  const positiveBuckets = list('buckets');
  const negativeBuckets = list('n_buckets');
  const span = (offset: number, length: number) => (length === 0 ? [] : [{ offset, length }]);
  const schema = number('schema');
  return {
    kind: 'histogram',
    hintSet: hint !== undefined,
    histogram: {
      schema,
      zeroThreshold: number('z_bucket_w'),
      zeroCount: number('z_bucket'),
      count: number('count'),
      sum: number('sum'),
      positiveSpans: span(number('offset'), positiveBuckets.length),
      negativeSpans: span(number('n_offset'), negativeBuckets.length),
      positiveBuckets,
      negativeBuckets,
      customValues: fields.has('custom_values') || schema === -53 ? list('custom_values') : null,
      counterReset: HINTS[(hint ?? 'unknown') as keyof typeof HINTS],
    },
  };
}
