// Unit tests of rules in promtool's format, with promtool's verdict and texts.
//
// 1. For each test the input series are written down, one value each interval.
// 2. The rules are evaluated at each evaluation interval from 0 to the last moment that is asked for, over
//    what the series have been by then and what rules wrote.
// 3. Alerts are compared at the evaluation before or at their moment, expressions at the end.

import { formatDuration, formatExponent } from '@ampere/go-text';
import {
  evaluate,
  histogramLiteral,
  MemoryStorage,
  ParseError,
  parseExpr,
  parseMetricSelector,
  parseSeriesLine,
  type QueryValue,
  ScriptError,
  type SequenceValue,
} from '@ampere/promql';
import { isStaleAt, Labels } from '@ampere/series';
import { AlertingRun } from '../alerting.ts';
import { EvaluatedGroup } from '../group.ts';
import { parseRuleFile, RuleFileError, type RuleGroup, type TextPairs } from '../rule-file.ts';
import { DEFAULT_RULE_OPTIONS, isRuleFailure, type RuleHost, type RuleWrite } from '../rule-host.ts';
import { vectorOf } from '../vector.ts';
import { readTestFile, type TestFile, TestFileError, type TestGroup } from './test-file.ts';

/** The rule files that a pattern of a test file names, relative to it. */
export type RuleTestFiles = (pattern: string) => readonly { readonly path: string; readonly text: string }[];

/** What promtool prints of a failed file, one text for each failure; none when all went as expected. */
export function testRules(text: string, ruleFiles: RuleTestFiles): string[] {
  let file: TestFile;
  try {
    file = readTestFile(text);
  } catch (error) {
    if (error instanceof TestFileError) return [error.message];
    throw error;
  }
  const repeated = file.groupOrder.find((name, index) => file.groupOrder.indexOf(name) !== index);
  if (repeated !== undefined) return [`group name repeated in evaluation order: ${repeated}`];
  const files = file.ruleFiles.flatMap((pattern) => ruleFiles(pattern));
  return file.tests.flatMap((test) => new TestRun(file, test).run(files));
}

type Loaded = readonly { readonly path: string; readonly text: string }[];

type Inputs = readonly { readonly labels: Labels; readonly values: readonly SequenceValue[] }[];

class TestRun implements RuleHost {
  readonly #file: TestFile;
  readonly #test: TestGroup;
  readonly #storage = new MemoryStorage();
  readonly #failures: string[] = [];

  constructor(file: TestFile, test: TestGroup) {
    this.#file = file;
    this.#test = test;
  }

  run(files: Loaded): string[] {
    const { alertTests, name } = this.#test;
    const nameless = alertTests.find(({ alertName }) => alertName === '');
    try {
      const inputs = this.#inputs();
      const groups = this.#groups(files);
      if (nameless !== undefined) {
        const where = name === '' ? '' : ` (in TestGroup ${name})`;
        const at = formatDuration(nameless.evalMs);
        return [
          `an item under alert_rule_test misses required attribute alertname at eval_time ${at}${where}`,
        ];
      }
      if (this.#evaluate(groups, inputs)) this.#checkExpressions();
    } catch (error) {
      if (error instanceof RuleFileFailure) return [...error.problems];
      if (!(error instanceof ScriptError || error instanceof ParseError)) throw error;
      return [error.message];
    }
    return this.#failures;
  }

  query(expr: ReturnType<typeof parseExpr>, timeMs: number): QueryValue {
    const request = { expr, startMs: timeMs, endMs: timeMs, stepMs: 0, samplesMax: 0 };
    return evaluate(this.#storage, request, {
      lookbackDeltaMs: 5 * 60_000,
      subqueryStepMs: this.#file.evaluationIntervalMs,
      delayedNameRemoval: false,
      typeAndUnitLabels: false,
    }).value;
  }

  append({ labels, timeMs, valueWords, histograms }: RuleWrite): undefined {
    const values = new Float64Array(valueWords.buffer, valueWords.byteOffset, labels.length);
    for (const [i, series] of labels.entries()) {
      const histogram = histograms?.[i];
      const value: SequenceValue = isStaleAt(valueWords, i)
        ? { kind: 'stale' }
        : histogram === undefined
          ? { kind: 'float', value: values[i]! }
          : { kind: 'histogram', histogram, hintSet: false };
      this.#storage.append(series, timeMs, value);
    }
    return undefined;
  }

  send(): void {}

  lastForStates(): readonly never[] {
    return [];
  }

  #inputs(): Inputs {
    return this.#test.series.map(({ series, values }) => parseSeriesLine(`${series} ${values}`));
  }

  /** Throws RuleFileFailure. */
  #groups(files: Loaded): EvaluatedGroup[] {
    const options = {
      ...DEFAULT_RULE_OPTIONS,
      intervalMinMs: 0,
      defaultIntervalMs: this.#test.intervalMs,
      externalUrl: this.#test.externalUrl,
      externalLabels: Labels.fromPairs(this.#test.externalLabels),
    };
    const clock = { monotonicMs: () => 0, nowMs: () => 0, after: () => ({ cancel: () => {} }) };
    const groups = files.flatMap(({ path, text }) =>
      groupsOf(path, text).map(
        (group) => new EvaluatedGroup(group, { file: path, host: this, clock, options }),
      ),
    );
    const rank = ({ group }: EvaluatedGroup) => Math.max(0, this.#file.groupOrder.indexOf(group.name));
    return groups.sort((a, b) => rank(a) - rank(b));
  }

  /** False when a rule failed, which ends the test. */
  #evaluate(groups: readonly EvaluatedGroup[], inputs: Inputs): boolean {
    const { evaluationIntervalMs } = this.#file;
    const { alertTests, expressionTests, intervalMs } = this.#test;
    const endMs = Math.max(0, ...[...alertTests, ...expressionTests].map(({ evalMs }) => evalMs));
    let next = 0;
    for (let timeMs = 0; timeMs <= endMs; timeMs += evaluationIntervalMs) {
      for (; next * intervalMs <= timeMs; next++) {
        for (const { labels, values } of inputs) {
          const value = values[next];
          if (value !== undefined) this.#storage.append(labels, next * intervalMs, value);
        }
      }
      for (const group of groups) group.evaluate(timeMs);
      if (this.#hasErrors(groups, timeMs)) return false;
      for (const evalMs of sortedTimes(alertTests.map((test) => test.evalMs))) {
        if (timeMs <= evalMs && evalMs < timeMs + evaluationIntervalMs) this.#checkAlerts(groups, evalMs);
      }
    }
    return true;
  }

  #hasErrors(groups: readonly EvaluatedGroup[], timeMs: number): boolean {
    const failed = groups.flatMap(({ rules }) => rules).filter(({ lastError }) => lastError !== '');
    for (const { run, lastError } of failed) {
      this.#failures.push(`    rule: ${run.rule.name}, time: ${goDuration(timeMs)}, err: ${lastError}`);
    }
    return failed.length > 0;
  }

  #checkAlerts(groups: readonly EvaluatedGroup[], evalMs: number): void {
    const runs = groups.flatMap(({ rules }) => rules.map(({ run }) => run));
    for (const test of this.#test.alertTests.filter((each) => each.evalMs === evalMs)) {
      const got = runs
        .flatMap((run) =>
          run instanceof AlertingRun && run.rule.name === test.alertName ? run.activeAlerts : [],
        )
        .filter(({ state }) => state === 'firing')
        .map(({ labels, annotations }) => ({ labels, annotations }));
      const expected = test.expected.map(({ labels, annotations }) => ({
        labels: Labels.fromPairs([...labels, ['alertname', test.alertName]]),
        annotations: annotationLabels(annotations),
      }));
      const [expectedText, gotText] = [alertsText(expected), alertsText(got)];
      if (expectedText === gotText) continue;
      const name = this.#test.name === '' ? '' : `    name: ${this.#test.name},\n`;
      const time = formatDuration(evalMs);
      this.#failures.push(
        `${name}    alertname: ${test.alertName}, time: ${time}, \n        exp:${expectedText}, \n        got:${gotText}`,
      );
    }
  }

  #checkExpressions(): void {
    for (const { expr, evalMs, expected } of this.#test.expressionTests) {
      const where = `    expr: ${JSON.stringify(expr)}, time: ${formatDuration(evalMs)},`;
      let got: Sample[];
      try {
        got = samplesOf(this.query(parseExpr(expr), evalMs));
      } catch (error) {
        if (!(error instanceof ParseError || isRuleFailure(error))) throw error;
        this.#failures.push(`${where} err: ${error.message}`);
        continue;
      }
      try {
        const wanted = expected.map((sample) => ({
          labels: labelsOf(sample.labels),
          value: sample.value,
          histogram: sample.histogram === '' ? '' : literalOf(sample.histogram),
        }));
        if (areEqual(sorted(wanted), sorted(got), this.#file.fuzzyCompare)) continue;
        this.#failures.push(
          `${where}\n        exp: ${samplesText(sorted(wanted))}\n        got: ${samplesText(sorted(got))}`,
        );
      } catch (error) {
        if (!(error instanceof LabelsFailure || error instanceof ScriptError)) throw error;
        this.#failures.push(`${where} err: ${error.message}`);
      }
    }
  }
}

class RuleFileFailure extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

class LabelsFailure extends Error {}

function groupsOf(path: string, text: string): RuleGroup[] {
  try {
    return parseRuleFile(text, { names: 'utf8' });
  } catch (error) {
    if (!(error instanceof RuleFileError)) throw error;
    throw new RuleFileFailure(error.problems.map((problem) => `${path}: ${problem}`));
  }
}

function sortedTimes(timesMs: readonly number[]): number[] {
  return [...new Set(timesMs)].sort((a, b) => a - b);
}

interface ComparedAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Unlike labels, annotations may be empty texts. */
function annotationLabels(pairs: TextPairs): Labels {
  const list = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Labels(
    list.map(([name]) => name),
    list.map(([, text]) => text),
  );
}

function alertsText(alerts: readonly ComparedAlert[]): string {
  if (alerts.length === 0) return '[]';
  const indent = ' '.repeat(12);
  const items = [...alerts]
    .sort((a, b) => a.labels.compare(b.labels) || a.annotations.compare(b.annotations))
    .map(({ labels, annotations }, index) => {
      const lines = `Labels:${labelsText(labels)}\nAnnotations:${labelsText(annotations)}`.split('\n');
      return `${index}:${lines.map((line) => `\n  ${line}`).join('')}`;
    });
  return `[\n${items.join(',\n')}\n]`.replaceAll('\n', `\n${indent}`);
}

function labelsText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Empty for a float. */
  readonly histogram: string;
}

function samplesOf(value: QueryValue): Sample[] {
  const vector = vectorOf(value);
  return vector.labels.map((labels, i) => {
    const histogram = vector.histograms?.[i];
    return histogram === undefined
      ? { labels, value: vector.values[i]!, histogram: '' }
      : { labels, value: 0, histogram: histogramLiteral(histogram) };
  });
}

function sorted(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((a, b) => a.labels.compare(b.labels));
}

/** Throws LabelsFailure. */
function labelsOf(text: string): Labels {
  if (text === '') return Labels.EMPTY;
  try {
    return Labels.fromPairs(parseMetricSelector(text).map(({ name, value }) => [name, value]));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new LabelsFailure(`labels ${JSON.stringify(text)}: ${error.message}`);
  }
}

function literalOf(text: string): string {
  const value = parseSeriesLine(`{} ${text}`).values[0];
  if (value?.kind !== 'histogram') throw new LabelsFailure(`expected histogram, got value (${text})`);
  return histogramLiteral(value.histogram);
}

function areEqual(expected: readonly Sample[], got: readonly Sample[], isFuzzy: boolean): boolean {
  if (expected.length !== got.length) return false;
  return expected.every(({ labels, value, histogram }, i) => {
    const other = got[i]!;
    if (!labels.equals(other.labels) || histogram !== other.histogram) return false;
    // Not even NaN equals itself here, as in promtool.
    if (value === other.value) return true;
    return isFuzzy && isNeighbour(value, other.value);
  });
}

/** Whether there is no number between two numbers. */
function isNeighbour(a: number, b: number): boolean {
  const bits = (value: number) => new BigInt64Array(Float64Array.of(value).buffer)[0]!;
  const distance = bits(a) - bits(b);
  return distance === 1n || distance === -1n;
}

function samplesText(samples: readonly Sample[]): string {
  if (samples.length === 0) return 'nil';
  return samples
    .map(
      ({ labels, value, histogram }) =>
        `${labelsText(labels)} ${histogram === '' ? exponent(value) : histogram}`,
    )
    .join(', ');
}

function exponent(value: number): string {
  return Number.isFinite(value) ? formatExponent(value).toUpperCase() : formatExponent(value);
}

/** Go's own form of a duration: `1m0s`, `1h2m3.5s`. */
function goDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  if (durationMs < 1000) return `${durationMs}ms`;
  const seconds = (durationMs % 60_000) / 1000;
  const minutes = Math.floor(durationMs / 60_000) % 60;
  const hours = Math.floor(durationMs / 3_600_000);
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
