// Why a rule was or wasn't firing at a moment: it is evaluated again over what is stored, and told step by step.
//
// 1. The moment becomes the last one of the group's grid, minus the query offset, as the ruler would have it.
// 2. The expression is evaluated there. If it fails, the smallest part that fails alone is named.
// 3. If it is a comparison, its left side is shown without the comparison, so that one sees how far off it was.
// 4. For each selector: how many series it finds, and which are stale or have had no sample for too long.
// 5. An alerting rule is run from so long ago as `for` and `keep_firing_for` reach back, round by round, which
//    gives each alert's state as the state machine has it. What ALERTS says is put beside it.
//
// Everything is bounded: rounds, series, and the time it may take.

import type { Clock } from '@ampere/platform';
import { type Expr, printExpr, type VectorSelector } from '@ampere/promql';
import {
  AlertingRun,
  EvaluatedGroup,
  isRuleFailure,
  type Rule,
  type RuleHost,
  type RuleOptions,
} from '@ampere/rules';
import { isStaleAt, type Labels, Matcher, METRIC_NAME, type Querier, SampleColumns } from '@ampere/series';

/** Rounds that are run again to find an alert's state. */
const ROUNDS_MAX = 200;
/** Series shown of each list. */
const SERIES_MAX = 20;
/** Series of a selector that are looked through for missing samples. */
const SERIES_READ_MAX = 2_000;
const BUSY_MS_MAX = 2_000;
/** How far back a series that has no sample now is looked for. */
const PAST_MS = 3_600_000;

export interface ShownSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
}

export interface SelectorReport {
  readonly selector: string;
  /** Series with a sample that the selector sees. */
  readonly present: number;
  /** Series of the last hour that it doesn't see, and why. */
  readonly missing: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly lastSample: string;
    readonly why: 'stale' | 'too old';
  }[];
}

export interface AlertReport {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
  readonly value: string;
  readonly activeAt: string;
  /** When it fires if the condition holds; null when it does. */
  readonly firesAt: string | null;
}

export interface WhyReport {
  readonly rule: string;
  readonly group: string;
  readonly file: string;
  readonly type: 'alerting' | 'recording';
  readonly query: string;
  readonly evaluatedAt: string;
  /** `firing`, `pending`, `inactive`, `recorded` or `failed`. */
  readonly verdict: string;
  /** What one would say. */
  readonly steps: readonly string[];
  readonly result: readonly ShownSeries[];
  /** Of a comparison: what was compared, without the comparison. */
  readonly compared: readonly ShownSeries[] | null;
  readonly selectors: readonly SelectorReport[];
  readonly alerts: readonly AlertReport[];
  /** What ALERTS had then. */
  readonly recordedStates: readonly ShownSeries[];
  readonly error: { readonly message: string; readonly part: string; readonly position: number } | null;
}

export interface WhyQuestion {
  readonly group: EvaluatedGroup;
  readonly rule: Rule;
  readonly timeMs: number;
}

export interface WhySurroundings {
  readonly host: RuleHost;
  readonly querier: () => Querier;
  readonly options: RuleOptions;
  readonly lookbackMs: number;
  readonly clock: Clock;
}

export function explainRule(question: WhyQuestion, surroundings: WhySurroundings): WhyReport {
  const { group, rule } = question;
  const { intervalMs } = group;
  const lastMs = group.lastEvaluationMs ?? 0;
  // The grid is known from any of its points.
  const atMs = lastMs + Math.floor((question.timeMs - lastMs) / intervalMs) * intervalMs;
  const queryMs = atMs - (group.group.queryOffsetMs ?? surroundings.options.defaultQueryOffsetMs);
  const why = new Why(surroundings, queryMs);
  const steps = [`${printExpr(rule.expr)} is evaluated at ${timeText(queryMs)}`];
  const selectors = selectorsOf(rule.expr).map((selector) => why.look(selector));
  const base = {
    rule: rule.name,
    group: group.group.name,
    file: group.file,
    type: rule.kind,
    query: printExpr(rule.expr),
    evaluatedAt: timeText(atMs),
    selectors,
  };
  for (const { selector, present, missing } of selectors) {
    const lost = missing.length === 0 ? '' : `; ${missing.length} of the last hour have no sample any more`;
    steps.push(`${selector} finds ${present} series${lost}`);
  }
  let result: ShownSeries[];
  try {
    result = why.evaluate(rule.expr);
  } catch (error) {
    if (!isRuleFailure(error)) throw error;
    const part = why.failingPart(rule.expr);
    steps.push(`it fails: ${error.message}`, `what fails is ${printExpr(part)}`);
    const { start } = part.position;
    const shown = { message: error.message, part: printExpr(part), position: start + 1 };
    return {
      ...base,
      verdict: 'failed',
      steps,
      result: [],
      compared: null,
      alerts: [],
      recordedStates: [],
      error: shown,
    };
  }
  steps.push(`it yields ${result.length} series`);
  const compared = comparedSide(rule.expr);
  const comparedSeries = compared === undefined ? null : why.tryEvaluate(compared);
  if (comparedSeries !== null && result.length === 0) {
    const values = comparedSeries
      .slice(0, 3)
      .map(({ value }) => value)
      .join(', ');
    steps.push(
      comparedSeries.length === 0
        ? `${printExpr(compared!)} has no series, so there is nothing to compare`
        : `no series meets the condition; ${printExpr(compared!)} is ${values}${comparedSeries.length > 3 ? ', …' : ''}`,
    );
  }
  const shared = { ...base, result: result.slice(0, SERIES_MAX), compared: comparedSeries?.slice(0, SERIES_MAX) ?? null, error: null }; // biome-ignore format: short
  if (rule.kind === 'recording') {
    return { ...shared, verdict: 'recorded', steps, alerts: [], recordedStates: [] };
  }
  const { alerts, isWhole } = why.replay(question, atMs);
  if (!isWhole) steps.push('not all rounds that count were run again: there would be too many');
  for (const alert of alerts.slice(0, SERIES_MAX)) steps.push(alertStep(alert, rule.forMs));
  if (alerts.length === 0) steps.push('no alert is pending or firing');
  const recordedStates = why.recordedStates(rule.name);
  const verdict = alerts.some(({ state }) => state === 'firing')
    ? 'firing'
    : alerts.length > 0
      ? 'pending'
      : 'inactive';
  return { ...shared, verdict, steps, alerts: alerts.slice(0, SERIES_MAX), recordedStates };
}

function alertStep({ labels, state, activeAt, firesAt }: AlertReport, forMs: number): string {
  const name = JSON.stringify(labels);
  if (state === 'firing') return `${name} is firing: its condition has held since ${activeAt}`;
  return `${name} is pending: its condition has held since ${activeAt} and must for ${forMs / 1000} s, until ${firesAt}`;
}

/** One moment of one workspace. */
class Why {
  readonly #surroundings: WhySurroundings;
  readonly #atMs: number;
  readonly #endMs: number;

  constructor(surroundings: WhySurroundings, atMs: number) {
    this.#surroundings = surroundings;
    this.#atMs = atMs;
    this.#endMs = surroundings.clock.monotonicMs() + BUSY_MS_MAX;
  }

  /** Throws what queries throw. */
  evaluate(expr: Expr): ShownSeries[] {
    const value = this.#surroundings.host.query(expr, this.#atMs);
    if (value.type === 'scalar' || value.type === 'string')
      return [{ labels: {}, value: shownValue(value.value) }];
    if (value.type === 'matrix')
      return value.labels.map((labels) => ({ labels: record(labels), value: 'range' }));
    return value.labels.map((labels, i) => ({
      labels: record(labels),
      value: value.histograms?.[i] === undefined ? shownValue(value.values[i]!) : 'histogram',
    }));
  }

  tryEvaluate(expr: Expr): ShownSeries[] | null {
    try {
      return this.evaluate(expr);
    } catch (error) {
      if (!isRuleFailure(error)) throw error;
      return null;
    }
  }

  /** The smallest part of a failing expression that fails by itself. */
  failingPart(expr: Expr): Expr {
    for (const part of partsOf(expr)) {
      if (this.tryEvaluate(part) === null) return this.failingPart(part);
    }
    return expr;
  }

  look(selector: VectorSelector): SelectorReport {
    const { lookbackMs } = this.#surroundings;
    const endMs =
      selector.at?.kind === 'time' ? selector.at.timeMs - selector.offsetMs : this.#atMs - selector.offsetMs;
    const querier = this.#surroundings.querier();
    const missing: SelectorReport['missing'][number][] = [];
    let present = 0;
    try {
      const set = querier.select({ startMs: endMs - PAST_MS, endMs }, selector.matchers);
      const columns = new SampleColumns();
      for (let read = 0; read < SERIES_READ_MAX && set.next(); read++) {
        set.read(columns);
        const last = columns.length - 1;
        const lastMs = columns.timesMs[last]!;
        const isStale = isStaleAt(columns.words, last);
        if (!isStale && lastMs > endMs - lookbackMs) present++;
        else if (missing.length < SERIES_MAX) {
          const why = isStale ? 'stale' : 'too old';
          missing.push({ labels: record(set.labels()), lastSample: timeText(lastMs), why });
        }
      }
    } finally {
      querier.close();
    }
    return { selector: printExpr(selector), present, missing };
  }

  /** The rule's alerts at a moment of the grid, by its own state machine. */
  replay({ group, rule }: WhyQuestion, atMs: number): { alerts: AlertReport[]; isWhole: boolean } {
    const { host, options, clock } = this.#surroundings;
    if (rule.kind === 'recording') return { alerts: [], isWhole: true };
    const { intervalMs, file } = group;
    const reachMs = rule.forMs + rule.keepFiringForMs;
    const wanted = Math.ceil(reachMs / intervalMs) + 1;
    const rounds = Math.min(ROUNDS_MAX, wanted);
    const reading: RuleHost = {
      query: (expr, timeMs) => host.query(expr, timeMs),
      append: () => undefined,
      send: () => undefined,
      lastForStates: () => [],
    };
    const alone = { ...group.group, rules: [rule] };
    const replayed = new EvaluatedGroup(alone, { file, host: reading, clock, options });
    let done = 0;
    for (let round = rounds; round >= 0; round--) {
      // The last round always counts.
      if (round > 0 && clock.monotonicMs() > this.#endMs) continue;
      replayed.evaluate(atMs - round * intervalMs);
      done++;
    }
    const { run } = replayed.rules[0]!;
    const alerts = run instanceof AlertingRun ? run.activeAlerts : [];
    return {
      isWhole: wanted <= ROUNDS_MAX && done === rounds + 1,
      alerts: alerts.map(({ labels, annotations, state, value, activeAtMs }) => ({
        labels: record(labels),
        annotations: record(annotations),
        state,
        value: String(shownValue(value)),
        activeAt: timeText(activeAtMs),
        firesAt: state === 'firing' ? null : timeText(activeAtMs + rule.forMs),
      })),
    };
  }

  recordedStates(alertName: string): ShownSeries[] {
    const querier = this.#surroundings.querier();
    try {
      const matchers = [new Matcher(METRIC_NAME, '=', 'ALERTS'), new Matcher('alertname', '=', alertName)];
      const startMs = this.#atMs - this.#surroundings.lookbackMs + 1;
      const set = querier.select({ startMs, endMs: this.#atMs }, matchers);
      const columns = new SampleColumns();
      const states: ShownSeries[] = [];
      while (states.length < SERIES_MAX && set.next()) {
        set.read(columns);
        const last = columns.length - 1;
        if (!isStaleAt(columns.words, last))
          states.push({ labels: record(set.labels()), value: columns.values[last]! });
      }
      return states;
    } finally {
      querier.close();
    }
  }
}

const COMPARISONS: readonly string[] = ['==', '!=', '>', '<', '>=', '<='];

/** The left side of a comparison that filters. */
function comparedSide(expr: Expr): Expr | undefined {
  if (expr.kind === 'paren') return comparedSide(expr.expr);
  if (expr.kind !== 'binary' || expr.returnBool || !COMPARISONS.includes(expr.operator)) return undefined;
  // `5 < x` filters the right side.
  return expr.left.kind === 'number' ? expr.right : expr.left;
}

/** The direct parts of an expression. */
function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'paren':
    case 'unary':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'aggregate':
      return expr.parameter === undefined ? [expr.expr] : [expr.parameter, expr.expr];
    case 'call':
      return expr.args;
    case 'subquery':
      return [expr.expr];
    default:
      return [];
  }
}

function selectorsOf(expr: Expr): VectorSelector[] {
  if (expr.kind === 'vector-selector') return [expr];
  if (expr.kind === 'matrix-selector') return [expr.selector];
  return partsOf(expr).flatMap((part) => selectorsOf(part));
}

function shownValue(value: number | string): number | string {
  return typeof value === 'string' || Number.isFinite(value) ? value : String(value);
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Without a prototype, so that a label may be called `__proto__`. */
function record(labels: Labels): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of labels) fields[name] = value;
  return fields;
}
