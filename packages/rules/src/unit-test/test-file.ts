// promtool's unit-test files, read as strictly as promtool does.

import { DurationError, parseDuration } from '@ampere/go-text';
import type { Node } from 'yaml';
import type { TextPairs } from '../rule-file.ts';
import { YamlDecoder, YamlError } from '../yaml-decoder.ts';

export interface ExpectedAlert {
  readonly labels: TextPairs;
  readonly annotations: TextPairs;
}

export interface AlertTest {
  readonly evalMs: number;
  readonly alertName: string;
  readonly expected: readonly ExpectedAlert[];
}

export interface ExpectedSample {
  readonly labels: string;
  readonly value: number;
  readonly histogram: string;
}

export interface ExpressionTest {
  readonly expr: string;
  readonly evalMs: number;
  readonly expected: readonly ExpectedSample[];
}

export interface TestGroup {
  readonly name: string;
  readonly intervalMs: number;
  readonly series: readonly { readonly series: string; readonly values: string }[];
  readonly alertTests: readonly AlertTest[];
  readonly expressionTests: readonly ExpressionTest[];
  readonly externalLabels: TextPairs;
  readonly externalUrl: string;
}

export interface TestFile {
  readonly ruleFiles: readonly string[];
  readonly evaluationIntervalMs: number;
  readonly groupOrder: readonly string[];
  readonly fuzzyCompare: boolean;
  readonly tests: readonly TestGroup[];
}

/** A unit-test file that can't be used; the message is promtool's. */
export class TestFileError extends Error {
  override readonly name = 'TestFileError';
}

const DEFAULT_INTERVAL_MS = 60_000;

/** Throws TestFileError. */
export function readTestFile(text: string): TestFile {
  try {
    const yaml = new YamlDecoder(text);
    const file = new Reader(yaml).file();
    if (yaml.problems.length === 0) return file;
    throw new TestFileError(`yaml: unmarshal errors:\n  ${yaml.problems.join('\n  ')}`);
  } catch (error) {
    if (error instanceof YamlError || error instanceof DurationError) throw new TestFileError(error.message);
    throw error;
  }
}

type Field = (value: Node | null) => void;

/** One method for each structure. */
class Reader {
  readonly #yaml: YamlDecoder;

  constructor(yaml: YamlDecoder) {
    this.#yaml = yaml;
  }

  file(): TestFile {
    const file = {
      ruleFiles: [] as string[],
      evaluationIntervalMs: 0,
      groupOrder: [] as string[],
      fuzzyCompare: false,
      tests: [] as TestGroup[],
    };
    let tests: (Node | null)[] = [];
    this.#fields(this.#yaml.root, 'main.unitTestFile', {
      rule_files: (value) => (file.ruleFiles = this.#texts(value)),
      evaluation_interval: (value) => (file.evaluationIntervalMs = this.#duration(value)),
      group_eval_order: (value) => (file.groupOrder = this.#texts(value)),
      tests: (value) => (tests = this.#yaml.items(value, '[]main.testGroup')),
      fuzzy_compare: (value) => (file.fuzzyCompare = this.#yaml.text(value) === 'true'),
    });
    file.evaluationIntervalMs ||= DEFAULT_INTERVAL_MS;
    file.tests = tests.map((test) => this.#test(test, file.evaluationIntervalMs));
    return file;
  }

  #test(node: Node | null, defaultMs: number): TestGroup {
    const test = {
      name: '',
      intervalMs: 0,
      series: [] as { series: string; values: string }[],
      alertTests: [] as AlertTest[],
      expressionTests: [] as ExpressionTest[],
      externalLabels: new Map() as TextPairs,
      externalUrl: '',
    };
    const items = (value: Node | null, type: string) => this.#yaml.items(value, type);
    this.#fields(node, 'main.testGroup', {
      name: (value) => (test.name = this.#text(value)),
      interval: (value) => (test.intervalMs = this.#duration(value)),
      input_series: (value) =>
        (test.series = items(value, '[]main.series').map((item) => this.#series(item))),
      alert_rule_test: (value) =>
        (test.alertTests = items(value, '[]main.alertTestCase').map((item) => this.#alertTest(item))),
      promql_expr_test: (value) =>
        (test.expressionTests = items(value, '[]main.promqlTestCase').map((item) => this.#exprTest(item))),
      external_labels: (value) => (test.externalLabels = this.#pairs(value)),
      external_url: (value) => (test.externalUrl = this.#text(value)),
    });
    test.intervalMs ||= defaultMs;
    return test;
  }

  #series(node: Node | null) {
    const series = { series: '', values: '' };
    this.#fields(node, 'main.series', {
      series: (value) => (series.series = this.#text(value)),
      values: (value) => (series.values = this.#text(value)),
    });
    return series;
  }

  #alertTest(node: Node | null): AlertTest {
    const test = { evalMs: 0, alertName: '', expected: [] as ExpectedAlert[] };
    this.#fields(node, 'main.alertTestCase', {
      eval_time: (value) => (test.evalMs = this.#duration(value)),
      alertname: (value) => (test.alertName = this.#text(value)),
      exp_alerts: (value) =>
        (test.expected = this.#yaml.items(value, '[]main.alert').map((item) => this.#alert(item))),
    });
    return test;
  }

  #alert(node: Node | null): ExpectedAlert {
    const alert = { labels: new Map() as TextPairs, annotations: new Map() as TextPairs };
    this.#fields(node, 'main.alert', {
      exp_labels: (value) => (alert.labels = this.#pairs(value)),
      exp_annotations: (value) => (alert.annotations = this.#pairs(value)),
    });
    return alert;
  }

  #exprTest(node: Node | null): ExpressionTest {
    const test = { expr: '', evalMs: 0, expected: [] as ExpectedSample[] };
    this.#fields(node, 'main.promqlTestCase', {
      expr: (value) => (test.expr = this.#text(value)),
      eval_time: (value) => (test.evalMs = this.#duration(value)),
      exp_samples: (value) =>
        (test.expected = this.#yaml.items(value, '[]main.sample').map((item) => this.#sample(item))),
    });
    return test;
  }

  #sample(node: Node | null): ExpectedSample {
    const sample = { labels: '', value: 0, histogram: '' };
    this.#fields(node, 'main.sample', {
      labels: (value) => (sample.labels = this.#text(value)),
      value: (value) => (sample.value = floatOf(this.#text(value))),
      histogram: (value) => (sample.histogram = this.#text(value)),
    });
    return sample;
  }

  #fields(node: Node | null, type: string, fields: Readonly<Record<string, Field>>): void {
    for (const entry of this.#yaml.entries(node, type)) {
      const field = Object.hasOwn(fields, entry.name) ? fields[entry.name] : undefined;
      if (field === undefined) this.#yaml.unknownField(entry, type);
      else field(entry.value);
    }
  }

  #text(node: Node | null): string {
    return this.#yaml.text(node) ?? '';
  }

  #texts(node: Node | null): string[] {
    return this.#yaml.items(node, '[]string').map((item) => this.#text(item));
  }

  #duration(node: Node | null): number {
    const text = this.#yaml.text(node);
    return text === undefined ? 0 : parseDuration(text);
  }

  #pairs(node: Node | null): TextPairs {
    const entries = this.#yaml.entries(node, 'map[string]string');
    return new Map(entries.map(({ name, value }) => [name, this.#text(value)]));
  }
}

/** A number as YAML writes it. */
function floatOf(text: string): number {
  const plain = text.replaceAll('_', '');
  if (/^[-+]?\.inf$/i.test(plain)) return plain.startsWith('-') ? -Infinity : Infinity;
  if (/^\.nan$/i.test(plain) || plain === '') return plain === '' ? 0 : Number.NaN;
  const value = Number(plain);
  if (Number.isNaN(value))
    throw new TestFileError(`yaml: cannot unmarshal ${JSON.stringify(text)} into float64`);
  return value;
}
