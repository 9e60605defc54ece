// The checks on decoded rule groups, in the order and the words of Prometheus.

import { parseTemplates, RULE_FUNCTIONS, RULE_VARIABLES, TemplateParseError } from '@ampere/go-template';
import { ParseError, parseExpr } from '@ampere/promql';
import { METRIC_NAME } from '@ampere/series';
import type { TextPairs } from './rule-file.ts';
import { NOWHERE, type YamlPosition } from './yaml-decoder.ts';

export interface DecodedGroup {
  readonly name: string;
  readonly intervalMs: number;
  readonly queryOffsetMs: number | undefined;
  readonly limit: number;
  readonly labels: TextPairs;
  readonly rules: readonly DecodedRule[];
}

export interface DecodedRule {
  readonly record: string;
  readonly alert: string;
  readonly expr: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: TextPairs;
  readonly annotations: TextPairs;
  readonly positions: Readonly<Record<'record' | 'alert' | 'expr', YamlPosition>>;
}

type Names = 'legacy' | 'utf8';

const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** All problems of a file's groups; empty when it is good. Pauses after each group. */
export function* validateGroups(groups: readonly DecodedGroup[], names: Names): Generator<void, string[]> {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const group of groups) {
    // The service, as today's promtool, has no position for these two.
    if (group.name === '') problems.push(`${at(NOWHERE)}Groupname must not be empty`);
    if (seen.has(group.name)) {
      problems.push(`${at(NOWHERE)}groupname: "${group.name}" is repeated in the same file`);
    }
    seen.add(group.name);
    problems.push(...labelProblems(group.labels, names));
    for (const [i, rule] of group.rules.entries()) {
      const name = rule.alert !== '' ? rule.alert : rule.record;
      const where = `group ${quote(group.name)}, rule ${i + 1}, ${quote(name)}: `;
      for (const [position, text] of ruleProblems(rule, names)) problems.push(position + where + text);
    }
    yield;
  }
  return problems;
}

/** Pairs of a position, ready to be printed, and a text. */
function ruleProblems(rule: DecodedRule, names: Names): (readonly [string, string])[] {
  const problems: (readonly [string, string])[] = [];
  const { record, alert, expr } = rule.positions;
  if (rule.record !== '' && rule.alert !== '') {
    problems.push([at(record) + at(alert), `only one of 'record' and 'alert' must be set`]);
  }
  if (rule.record === '' && rule.alert === '') {
    problems.push([at(record) + at(alert), `one of 'record' or 'alert' must be set`]);
  }
  if (rule.expr === '') problems.push([at(expr), `field 'expr' must be set in rule`]);
  else {
    const problem = exprProblem(rule.expr);
    if (problem !== undefined) problems.push([at(expr), `could not parse expression: ${problem}`]);
  }
  if (rule.record !== '') {
    for (const text of recordProblems(rule, names)) problems.push([at(record), text]);
  }
  for (const text of labelProblems(rule.labels, names)) problems.push(['', text]);
  for (const name of rule.annotations.keys()) {
    if (!isLabelName(name, names)) problems.push(['', `invalid annotation name: ${name}`]);
  }
  if (rule.alert !== '') for (const text of templateProblems(rule)) problems.push(['', text]);
  return problems;
}

/** The reason for which an expression doesn't parse, undefined for a good one. */
function exprProblem(text: string): string | undefined {
  try {
    parseExpr(text);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
}

function recordProblems(rule: DecodedRule, names: Names): string[] {
  const problems: string[] = [];
  if (rule.annotations.size > 0) problems.push(`invalid field 'annotations' in recording rule`);
  if (rule.forMs !== 0) problems.push(`invalid field 'for' in recording rule`);
  if (rule.keepFiringForMs !== 0) problems.push(`invalid field 'keep_firing_for' in recording rule`);
  if (names === 'legacy' && !LEGACY_METRIC.test(rule.record)) {
    problems.push(`invalid recording rule name: ${rule.record}`);
  } else if (/[{}]/.test(rule.record)) {
    problems.push(`braces present in the recording rule name; should it be in expr?: ${rule.record}`);
  }
  return problems;
}

function labelProblems(labels: TextPairs, names: Names): string[] {
  return [...labels.keys()]
    .filter((name) => !isLabelName(name, names) || name === METRIC_NAME)
    .map((name) => `invalid label name: ${name}`);
}

function isLabelName(name: string, names: Names): boolean {
  return names === 'legacy' ? LEGACY_LABEL.test(name) : name !== '';
}

const NO_TEMPLATES = parseTemplates([], { functions: RULE_FUNCTIONS });

function templateProblems(rule: DecodedRule): string[] {
  const problems: string[] = [];
  const check = (what: string, pairs: TextPairs) => {
    for (const [name, text] of pairs) {
      try {
        NO_TEMPLATES.compile({ name: `__alert_${rule.alert}`, text: RULE_VARIABLES + text });
      } catch (error) {
        if (!(error instanceof TemplateParseError)) throw error;
        problems.push(`${what} ${quote(name)}: ${error.message}`);
      }
    }
  };
  check('label', rule.labels);
  check('annotation', rule.annotations);
  return problems;
}

function at({ line, column }: YamlPosition): string {
  return `${line}:${column}: `;
}

/** Go's %q, as far as names of rules need it. */
function quote(text: string): string {
  return JSON.stringify(text);
}
