// info(): adds to each series the labels of the info metrics that describe the same target.
//
// 1. An info series belongs to a series when both agree in `instance` and `job`. Which metrics are info
//    metrics the name matchers of the second argument say (`target_info` by default).
// 2. Info series are read at the same times as the first argument's selector, and only those whose
//    `instance` and `job` occur there.
// 3. At each step, of several series of one info metric for one target the one with the newest sample
//    counts. Labels that the series already has stay as they are.
// 4. Labels of an info metric can change over time, so one series can become several.

import { type Labels, LabelsBuilder, Matcher, METRIC_NAME } from '@ampere/series';
import type { CallExpr, Expr, VectorSelector } from '../../parser/ast.ts';
import { groupKey } from '../binary/match-key.ts';
import { merged } from '../drop-names.ts';
import { QueryError } from '../errors.ts';
import { formatLabels } from '../go-text.ts';
import { argument, type Evaluation, unwrapParens } from '../query-context.ts';
import { streamSelector } from '../selector.ts';
import { ABSENT, FLOAT, type SeriesSink, StepSeries } from '../step-series.ts';

const IDENTIFYING = ['instance', 'job'];
const DEFAULT_INFO_METRIC = 'target_info';

interface InfoMatchers {
  readonly names: readonly Matcher[];
  /** By label; empty when every label is wanted. */
  readonly data: ReadonlyMap<string, readonly Matcher[]>;
}

export function streamInfo(ev: Evaluation, call: CallExpr, sink: SeriesSink): void {
  const base = argument(call.args, 0);
  const matchers = infoMatchers(call.args[1]);
  const all = ev.collect(base);
  const enrich = all.filter((series) => !isInfoSeries(series.labels, matchers));
  const info = readInfoSeries(ev, base, matchers, enrich);
  merged(
    ev,
    (into) => {
      for (const series of all) {
        ev.query.budget.releaseSeries(series);
        if (isInfoSeries(series.labels, matchers)) into(series);
        else enrichSeries(ev, series, info, matchers, into);
      }
    },
    sink,
  );
}

function infoMatchers(selector: Expr | undefined): InfoMatchers {
  const names: Matcher[] = [];
  const data = new Map<string, Matcher[]>();
  const inner = selector === undefined ? undefined : unwrapParens(selector);
  if (inner?.kind === 'vector-selector') {
    for (const matcher of inner.matchers) {
      if (matcher.name === METRIC_NAME) names.push(matcher);
      else data.set(matcher.name, [...(data.get(matcher.name) ?? []), matcher]);
    }
  }
  if (names.length === 0) names.push(new Matcher(METRIC_NAME, '=', DEFAULT_INFO_METRIC));
  // Names that are only excluded leave open what an info metric is: then it is what is called one.
  if (!names.some(isPositive)) names.push(new Matcher(METRIC_NAME, '=~', '.+_info'));
  return { names, data };
}

function isPositive(matcher: Matcher): boolean {
  return matcher.kind === '=' || matcher.kind === '=~';
}

function isInfoSeries(labels: Labels, matchers: InfoMatchers): boolean {
  const name = labels.get(METRIC_NAME);
  return matchers.names.every((matcher) => matcher.matches(name));
}

const targetKey = groupKey(true, IDENTIFYING);

/** Info series by target; their values are the times of their samples. */
type InfoByTarget = ReadonlyMap<string, readonly StepSeries[]>;

function readInfoSeries(
  ev: Evaluation,
  base: Expr,
  matchers: InfoMatchers,
  enrich: readonly StepSeries[],
): InfoByTarget {
  const byTarget = new Map<string, StepSeries[]>();
  const conditions = [...matchers.names, ...[...matchers.data.values()].flat()];
  let anyIdentified = false;
  for (const name of IDENTIFYING) {
    const values = new Set<string>();
    for (const series of enrich) {
      const value = series.labels.get(name);
      if (value !== '') values.add(value);
    }
    if (values.size === 0) continue;
    anyIdentified = true;
    conditions.push(new Matcher(name, '=~', [...values].map(escapeRegex).join('|')));
  }
  if (!anyIdentified) return byTarget;
  const like = firstSelector(base);
  const selector: VectorSelector = {
    kind: 'vector-selector',
    position: base.position,
    name: '',
    matchers: conditions,
    offsetMs: like?.offsetMs ?? 0,
    ...(like?.at === undefined ? {} : { at: like.at }),
  };
  const keep = (series: StepSeries) => {
    const key = targetKey(series.labels);
    const known = byTarget.get(key);
    if (known === undefined) byTarget.set(key, [series.owned()]);
    else known.push(series.owned());
  };
  streamSelector(ev, selector, keep, 'seconds-of-floats');
  return byTarget;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The selector whose `offset` and `@` the info series follow. */
function firstSelector(expr: Expr): VectorSelector | undefined {
  switch (expr.kind) {
    case 'vector-selector':
      return expr;
    case 'matrix-selector':
      return expr.selector;
    case 'paren':
    case 'unary':
    case 'subquery':
    case 'aggregate':
      return firstSelector(expr.expr);
    case 'binary':
      return firstSelector(expr.left) ?? firstSelector(expr.right);
    case 'call':
      for (const arg of expr.args) {
        const found = firstSelector(arg);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

function enrichSeries(
  ev: Evaluation,
  series: StepSeries,
  info: InfoByTarget,
  matchers: InfoMatchers,
  sink: SeriesSink,
): void {
  const candidates = info.get(targetKey(series.labels)) ?? [];
  const mustMatch = [...matchers.data.values()].flat().some((matcher) => !matcher.matchesEmpty);
  const outputs = new Map<string, StepSeries>();
  for (let step = 0; step < series.kinds.length; step++) {
    if (series.kinds[step] === ABSENT) continue;
    const chosen = newestOfEachMetric(candidates, step);
    if (chosen.length === 0 && mustMatch) continue;
    const labels = enrichedLabels(series.labels, chosen, matchers);
    let output = outputs.get(labels.key);
    if (output === undefined) {
      output = new StepSeries(labels, ev.steps.count);
      output.dropName = series.dropName;
      outputs.set(labels.key, output);
    }
    if (series.kinds[step] === FLOAT) output.setFloat(step, series.values[step]!);
    else output.setHistogram(step, series.histogramAt(step));
  }
  for (const output of outputs.values()) sink(output);
}

function newestOfEachMetric(candidates: readonly StepSeries[], step: number): StepSeries[] {
  const newest = new Map<string, StepSeries>();
  for (const candidate of candidates) {
    if (candidate.kinds[step] === ABSENT) continue;
    const name = candidate.labels.get(METRIC_NAME);
    const known = newest.get(name);
    if (known === undefined || known.values[step]! < candidate.values[step]!) newest.set(name, candidate);
    else if (known.values[step] === candidate.values[step]) {
      const atMs = Math.round(known.values[step]! * 1000);
      throw new QueryError(
        `found duplicate series for info metric: existing ${formatLabels(known.labels)} @ ${atMs}, ` +
          `new ${formatLabels(candidate.labels)} @ ${atMs}`,
      );
    }
  }
  return [...newest.values()];
}

function enrichedLabels(base: Labels, info: readonly StepSeries[], matchers: InfoMatchers): Labels {
  const added = new Map<string, string>();
  for (const series of info) {
    for (const [name, value] of series.labels) {
      if (name === METRIC_NAME || base.has(name)) continue;
      if (matchers.data.size > 0 && !matchers.data.has(name)) continue;
      const known = added.get(name);
      if (known !== undefined && known !== value) throw new QueryError(`conflicting label: ${name}`);
      added.set(name, value);
    }
  }
  if (added.size === 0) return base;
  const builder = new LabelsBuilder(base);
  for (const [name, value] of added) builder.set(name, value);
  return builder.labels();
}
