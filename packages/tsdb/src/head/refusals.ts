// Why a sample is refused, in the words of Cortex, which AMP passes on.

import type { AppendOutcome, Refusal, RefusalReason } from '@ampere/series';
import { METRIC_NAME } from '@ampere/series';
import { EXEMPLAR_CHARACTERS_MAX } from '../exemplars/exemplar-ring.ts';
import type { SeriesLimits } from '../options.ts';
import type { CanonicalLabels, WireLabels } from './label-set.ts';

/** Longest text of a series or label in a message, in characters; Cortex has 200 for most. */
const QUOTED_CHARACTERS_MAX = 200;
const SERIES_CHARACTERS_MAX = 1000;

/** What to say of a refused sample, and the series that it is of. */
export type RefusalText = Pick<Refusal, 'message' | 'example'>;

/** Counts refused samples in an outcome; the text is only made for the first of a reason. */
export function refuse(
  outcome: AppendOutcome,
  reason: RefusalReason,
  samples: number,
  text: () => RefusalText,
): void {
  for (const refusal of outcome.refusals) {
    if (refusal.reason !== reason) continue;
    refusal.samples += samples;
    return;
  }
  outcome.refusals.push({ reason, samples, ...text() });
}

type Fault = Pick<Refusal, 'reason' | 'message'>;

/** What is wrong with a label set, by the first rule that it breaks. */
export function labelFault(
  labels: WireLabels,
  limits: SeriesLimits,
): { readonly reason: RefusalReason; readonly text: RefusalText } | undefined {
  const fault = firstFault(labels, limits);
  return fault === undefined
    ? undefined
    : { reason: fault.reason, text: { message: fault.message, example: exampleOf(labels) } };
}

function firstFault(labels: WireLabels, limits: SeriesLimits): Fault | undefined {
  const { names, values, nameBytes, valueBytes } = labels;
  if (labels.fault === 'malformed') {
    return {
      reason: 'label_invalid',
      message: `sample invalid label: the labels are not well-formed protobuf, metric ${quoted(seriesText(labels))}`,
    };
  }
  const metric = names.indexOf(METRIC_NAME);
  if (metric < 0 || values[metric] === '') {
    return { reason: 'missing_metric_name', message: `sample missing metric name${withSeries(labels)}` };
  }
  if (values[metric]!.includes('\ufffd') && labels.fault === 'not-utf8') {
    return {
      reason: 'metric_name_invalid',
      message: `sample invalid metric name: ${quoted(values[metric]!)}`,
    };
  }
  const count = names.length;
  if (limits.labelsPerSeriesMax > 0 && count > limits.labelsPerSeriesMax) {
    const text = exampleOf(labels);
    return {
      reason: 'max_label_names_per_series',
      message: `series has too many labels (actual: ${count}, limit: ${limits.labelsPerSeriesMax}) series: '${text}'`,
    };
  }
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const name = names[i]!;
    const value = values[i]!;
    if (name === '' || (labels.fault === 'not-utf8' && (name + value).includes('\ufffd'))) {
      return {
        reason: 'label_invalid',
        message: `sample invalid label: ${quoted(name)} metric ${quoted(seriesText(labels))}`,
      };
    }
    if (limits.labelNameBytesMax > 0 && nameBytes[i]! > limits.labelNameBytesMax) {
      return {
        reason: 'label_name_too_long',
        message: `label name too long for metric (actual: ${nameBytes[i]}, limit: ${limits.labelNameBytesMax}) metric: ${quoted(seriesText(labels))} label name: ${quoted(name)}`,
      };
    }
    if (limits.labelValueBytesMax > 0 && valueBytes[i]! > limits.labelValueBytesMax) {
      return {
        reason: 'label_value_too_long',
        message: `label value too long for metric (actual: ${valueBytes[i]}, limit: ${limits.labelValueBytesMax}) metric: ${quoted(seriesText(labels))} label value: ${quoted(value)}`,
      };
    }
    if (seen.has(name)) {
      return {
        reason: 'duplicate_label_names',
        message: `duplicate label name: ${quoted(name)} metric ${quoted(seriesText(labels))}`,
      };
    }
    seen.add(name);
  }
  return undefined;
}

export function tooOld(timeMs: number, labels: CanonicalLabels | WireLabels): RefusalText {
  return about(labels, `timestamp too old: ${timeMs} metric: ${quoted(metricOf(labels))}`);
}

export function tooFarInFuture(timeMs: number, labels: CanonicalLabels | WireLabels): RefusalText {
  return about(labels, `timestamp too new: ${timeMs} metric: ${quoted(metricOf(labels))}`);
}

export function outOfOrder(timeMs: number, labels: CanonicalLabels): RefusalText {
  return about(labels, ingestText('out of order sample', timeMs, labels));
}

/** Behind the window for samples out of order. */
export function tooLate(timeMs: number, labels: CanonicalLabels): RefusalText {
  return about(labels, ingestText('too old sample', timeMs, labels));
}

export function otherValue(timeMs: number, labels: CanonicalLabels): RefusalText {
  return about(labels, ingestText('duplicate sample for timestamp', timeMs, labels));
}

/** A native histogram that contradicts itself, in Prometheus' words. */
export function histogramInvalid(fault: string, labels: CanonicalLabels): RefusalText {
  return about(labels, `${fault}, series: '${exampleOf(labels)}'`);
}

export function exemplarOfUnknown(labels: WireLabels): RefusalText {
  return about(labels, `exemplar of a series without samples, series: '${exampleOf(labels)}'`);
}

export function exemplarTooLong(labels: CanonicalLabels): RefusalText {
  const fault = `label length for exemplar exceeds maximum of ${EXEMPLAR_CHARACTERS_MAX} UTF-8 characters`;
  return about(labels, `${fault}, series: '${exampleOf(labels)}'`);
}

export function exemplarOutOfOrder(labels: CanonicalLabels): RefusalText {
  return about(labels, `out of order exemplar, series: '${exampleOf(labels)}'`);
}

/** The limit's text from AMP's quota page, and one of the series that it stopped. */
export function seriesLimit(
  kind: 'per-user' | 'per-metric',
  limit: number,
  labels: CanonicalLabels,
): RefusalText {
  return about(
    labels,
    `${kind} series limit of ${limit} exceeded, please contact administrator to raise it, series: '${exampleOf(labels)}'`,
  );
}

function about(labels: CanonicalLabels | WireLabels, message: string): RefusalText {
  return { message, example: exampleOf(labels) };
}

function exampleOf(labels: CanonicalLabels | WireLabels): string {
  return clipped(seriesText(labels), SERIES_CHARACTERS_MAX);
}

function metricOf({ names, values }: CanonicalLabels | WireLabels): string {
  return values[names.indexOf(METRIC_NAME)] ?? '';
}

function ingestText(fault: string, timeMs: number, labels: CanonicalLabels): string {
  const pairs = labels.names.map((name, i) => `${name}=${quoted(labels.values[i]!)}`);
  return `err: ${fault}. timestamp=${timeText(timeMs)}, series={${clipped(pairs.join(', '), SERIES_CHARACTERS_MAX)}}`;
}

/** RFC 3339 without trailing zeros, as Go writes it; plain milliseconds outside of a Date's range. */
function timeText(timeMs: number): string {
  if (!(Math.abs(timeMs) <= 8.64e15)) return String(timeMs);
  return new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

function withSeries(labels: WireLabels): string {
  return labels.names.length === 0 ? '' : `, series: '${exampleOf(labels)}'`;
}

/** `name{a="b", c="d"}`, in the order given. */
function seriesText(labels: CanonicalLabels | WireLabels): string {
  const { names, values } = labels;
  const metric = names.indexOf(METRIC_NAME);
  const pairs: string[] = [];
  for (let i = 0; i < names.length; i++) {
    if (i !== metric) pairs.push(`${names[i]}=${quoted(values[i]!)}`);
  }
  const name = metric < 0 ? '' : values[metric]!;
  return pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`;
}

/** As Go's %.200q: clipped, then quoted with escapes. */
function quoted(text: string): string {
  return `"${clipped(text, QUOTED_CHARACTERS_MAX).replace(/[\\"\u0000-\u001f\u007f]/g, escaped)}"`;
}

function escaped(character: string): string {
  switch (character) {
    case '"':
    case '\\':
      return `\\${character}`;
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }
}

function clipped(text: string, characters: number): string {
  // A half of a surrogate pair at the cut would not be valid text.
  return text.length <= characters ? text : text.slice(0, characters).replace(/[\ud800-\udbff]$/, '');
}
