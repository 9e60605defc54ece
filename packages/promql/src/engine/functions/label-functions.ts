// label_replace and label_join.

import { type Labels, LabelsBuilder, METRIC_NAME } from '@ampere/series';
import { RE2JS } from 're2js';
import type { CallExpr } from '../../parser/ast.ts';
import { merged } from '../drop-names.ts';
import { QueryError } from '../errors.ts';
import { hasLoneSurrogate } from '../go-text.ts';
import { argument, type Evaluation } from '../query-context.ts';
import type { SeriesSink } from '../step-series.ts';

export function streamLabelReplace(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const target = ev.text(argument(call.args, 1));
  const replacement = parseReplacement(ev.text(argument(call.args, 2)));
  const source = ev.text(argument(call.args, 3));
  const pattern = ev.text(argument(call.args, 4));
  const regex = compile(pattern);
  if (!isLabelName(target)) {
    throw new QueryError(`invalid destination label name in label_replace(): ${shown(target)}`);
  }
  // The same value is replaced the same way; series often share it.
  const replaced = new Map<string, string | null>();
  const replace = (labels: Labels) => {
    const value = labels.get(source);
    let result = replaced.get(value);
    if (result === undefined) {
      const matcher = regex.matcher(value);
      result = matcher.matches() ? expand(replacement, matcher, regex) : null;
      if (replaced.size < 10_000) replaced.set(value, result);
    }
    return result;
  };
  streamWithLabel(ev, call, target, replace, sink);
}

export function streamLabelJoin(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const target = ev.text(argument(call.args, 1));
  const separator = ev.text(argument(call.args, 2));
  const sources = call.args.slice(3).map((arg) => ev.text(arg));
  for (const source of sources) {
    if (!isLabelName(source))
      throw new QueryError(`invalid source label name in label_join(): ${shown(source)}`);
  }
  if (!isLabelName(target))
    throw new QueryError(`invalid destination label name in label_join(): ${shown(target)}`);
  const join = (labels: Labels) => sources.map((source) => labels.get(source)).join(separator);
  streamWithLabel(ev, call, target, join, sink);
}

/** Sets one label of each series to what `valueFor` gives; null leaves the labels as they are. */
function streamWithLabel(
  ev: Evaluation,
  call: CallExpr,
  target: string,
  valueFor: (labels: Labels) => string | null,
  sink: SeriesSink,
): void {
  const produce = (into: SeriesSink) => {
    ev.stream(argument(call.args, 0), (series) => {
      const value = valueFor(series.labels);
      if (value !== null) {
        series.labels = new LabelsBuilder(series.labels).set(target, value).labels();
        if (target === METRIC_NAME) series.dropName = false;
      }
      into(series);
    });
  };
  merged(ev, produce, sink);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch {
    throw new QueryError(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

/** Bytes that are no UTF-8 (kept as lone surrogates) can't be shown in an answer. */
function shown(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Any text of at least one character is a label's name, as long as it is Unicode. */
function isLabelName(name: string): boolean {
  return name !== '' && !hasLoneSurrogate(name);
}

/** A run of text, or a reference to a group by number or name. */
type ReplacementPart = { readonly text: string } | { readonly group: string };

/**
 * Go's expansion language: `$name`, `$1` (the longest run of letters, digits and underscores is the
 * name), `${name}`, and `$$` for a dollar sign. A dollar sign before anything else stands for itself.
 */
export function parseReplacement(template: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const reference = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;
  let at = 0;
  for (const match of template.matchAll(reference)) {
    if (match.index > at) parts.push({ text: template.slice(at, match.index) });
    if (match[1] !== undefined) parts.push({ text: '$' });
    else parts.push({ group: match[2] ?? match[3]! });
    at = match.index + match[0].length;
  }
  if (at < template.length) parts.push({ text: template.slice(at) });
  return parts;
}

type RegexMatcher = ReturnType<RE2JS['matcher']>;

function expand(parts: readonly ReplacementPart[], matcher: RegexMatcher, regex: RE2JS): string {
  let out = '';
  for (const part of parts) out += 'text' in part ? part.text : groupText(part.group, matcher, regex);
  return out;
}

/** Groups that don't exist or didn't take part are empty. */
function groupText(group: string, matcher: RegexMatcher, regex: RE2JS): string {
  if (/^\d+$/.test(group)) {
    const index = Number(group);
    return index <= matcher.groupCount() ? (matcher.group(index) ?? '') : '';
  }
  return group in regex.namedGroups() ? (matcher.group(group) ?? '') : '';
}
