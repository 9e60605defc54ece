// Rule files: from text to groups of rules, with promtool's verdict.
//
// 1. The text is decoded strictly (yaml-decoder.ts): unknown and repeated keys and wrong types are errors.
// 2. The groups are checked (validate.ts), all problems together, in the words of Prometheus.
// 3. What is good comes out with its expressions parsed.
//
// Names follow the older, ASCII-only rules unless asked otherwise: that is what the service accepts.

import { DurationError, parseDuration } from '@ampere/go-text';
import { type Expr, parseExpr } from '@ampere/promql';
import type { Node } from 'yaml';
import { fileChunks } from './file-chunks.ts';
import { type DecodedGroup, type DecodedRule, validateGroups } from './validate.ts';
import { NOWHERE, YamlDecoder, YamlError } from './yaml-decoder.ts';

/** Names and texts in the order of the file. */
export type TextPairs = ReadonlyMap<string, string>;

export interface RecordingRule {
  readonly kind: 'recording';
  readonly name: string;
  readonly expr: Expr;
  /** The group's labels and, over them, the rule's. An empty value removes a label. */
  readonly labels: TextPairs;
}

export interface AlertingRule {
  readonly kind: 'alerting';
  readonly name: string;
  readonly expr: Expr;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** Templates; the group's labels and, over them, the rule's. */
  readonly labels: TextPairs;
  /** Templates. */
  readonly annotations: TextPairs;
}

export type Rule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly name: string;
  /** 0: the default of whoever evaluates. */
  readonly intervalMs: number;
  /** Undefined: the default of whoever evaluates. */
  readonly queryOffsetMs: number | undefined;
  /** Series or alerts that one rule may yield; 0 or less: no limit. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

export interface RuleFileOptions {
  /** `legacy`: names of labels and metrics are ASCII words; `utf8`: as Prometheus 3. Default `legacy`. */
  readonly names?: 'legacy' | 'utf8';
}

/** A rule file that can't be used. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError';
  /** One text for each problem, as promtool prints them behind the file's name. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }

  /** As the AMP API words it. */
  get apiMessage(): string {
    return `Invalid RuleGroupsNamespace data: [${this.problems.join(', ')}]`;
  }
}

/** The groups of a rule file, none for an empty text. Throws RuleFileError with all problems. */
export function parseRuleFile(text: string, options: RuleFileOptions = {}): RuleGroup[] {
  const steps = parseRuleFileInSteps(text, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same with pauses, because a large file takes half a second. */
export function* parseRuleFileInSteps(
  text: string,
  options: RuleFileOptions = {},
): Generator<void, RuleGroup[]> {
  const names = options.names ?? 'legacy';
  const groups = (yield* decodeChunks(text)) ?? decode(text);
  yield;
  let problems = yield* validateGroups(groups, names);
  // Positions in a chunk aren't those in the file.
  if (problems.length > 0) problems = yield* validateGroups(decode(text), names);
  if (problems.length > 0) throw new RuleFileError(problems);
  const parsed: RuleGroup[] = [];
  for (const { name, intervalMs, queryOffsetMs, limit, labels, rules } of groups) {
    const parsedRules = rules.map((rule) => ruleOf(rule, labels));
    parsed.push({ name, intervalMs, queryOffsetMs, limit, rules: parsedRules });
    yield;
  }
  return parsed;
}

/** Group by group; undefined when the file has to be read as a whole, also to say what is wrong with it. */
function* decodeChunks(text: string): Generator<void, DecodedGroup[] | undefined> {
  const groups: DecodedGroup[] = [];
  for (const chunk of fileChunks(text) ?? []) {
    try {
      groups.push(...decode(chunk));
    } catch (error) {
      if (error instanceof RuleFileError) return undefined;
      throw error;
    }
    yield;
  }
  return groups.length === 0 ? undefined : groups;
}

function ruleOf(rule: DecodedRule, groupLabels: TextPairs): Rule {
  const expr = parseExpr(rule.expr);
  const labels = new Map([...groupLabels, ...rule.labels]);
  if (rule.record !== '') return { kind: 'recording', name: rule.record, expr, labels };
  const { forMs, keepFiringForMs, annotations } = rule;
  return { kind: 'alerting', name: rule.alert, expr, forMs, keepFiringForMs, labels, annotations };
}

function decode(text: string): DecodedGroup[] {
  try {
    const yaml = new YamlDecoder(text);
    let groups: DecodedGroup[] = [];
    for (const entry of yaml.entries(yaml.root, 'rulefmt.RuleGroups')) {
      if (entry.name !== 'groups') yaml.unknownField(entry, 'rulefmt.RuleGroups');
      else groups = yaml.items(entry.value, '[]rulefmt.RuleGroup').map((item) => decodeGroup(yaml, item));
    }
    if (yaml.problems.length === 0) return groups;
    throw new RuleFileError([`yaml: unmarshal errors:\n  ${yaml.problems.join('\n  ')}`]);
  } catch (error) {
    if (error instanceof YamlError || error instanceof DurationError)
      throw new RuleFileError([error.message]);
    throw error;
  }
}

/** Fields are decoded in the order of the file: a bad duration ends the decoding where it stands. */
function decodeGroup(yaml: YamlDecoder, node: Node | null): DecodedGroup {
  const group = {
    name: '',
    intervalMs: 0,
    queryOffsetMs: undefined as number | undefined,
    limit: 0,
    labels: new Map<string, string>() as TextPairs,
    rules: [] as DecodedRule[],
  };
  for (const entry of yaml.entries(node, 'rulefmt.RuleGroup')) {
    const { name, value } = entry;
    if (name === 'name') group.name = yaml.text(value) ?? '';
    else if (name === 'interval') group.intervalMs = durationOf(yaml, value) ?? 0;
    else if (name === 'query_offset') group.queryOffsetMs = durationOf(yaml, value);
    else if (name === 'limit') group.limit = yaml.integer(value);
    else if (name === 'labels') group.labels = pairsOf(yaml, value);
    else if (name !== 'rules') yaml.unknownField(entry, 'rulefmt.RuleGroup');
    else group.rules = yaml.items(value, '[]rulefmt.Rule').map((item) => decodeRule(yaml, item));
  }
  return group;
}

function decodeRule(yaml: YamlDecoder, node: Node | null): DecodedRule {
  const rule = {
    record: '',
    alert: '',
    expr: '',
    forMs: 0,
    keepFiringForMs: 0,
    labels: new Map<string, string>() as TextPairs,
    annotations: new Map<string, string>() as TextPairs,
    positions: { record: NOWHERE, alert: NOWHERE, expr: NOWHERE },
  };
  for (const entry of yaml.entries(node, 'rulefmt.Rule')) {
    const { name, value } = entry;
    if (name === 'record' || name === 'alert' || name === 'expr') {
      rule[name] = yaml.text(value) ?? '';
      rule.positions[name] = yaml.position(value);
    } else if (name === 'for') rule.forMs = durationOf(yaml, value) ?? 0;
    else if (name === 'keep_firing_for') rule.keepFiringForMs = durationOf(yaml, value) ?? 0;
    else if (name === 'labels') rule.labels = pairsOf(yaml, value);
    else if (name === 'annotations') rule.annotations = pairsOf(yaml, value);
    else yaml.unknownField(entry, 'rulefmt.Rule');
  }
  return rule;
}

function durationOf(yaml: YamlDecoder, node: Node | null): number | undefined {
  const before = yaml.problems.length;
  const text = yaml.text(node);
  if (text === undefined) return undefined;
  return yaml.problems.length > before ? undefined : parseDuration(text);
}

function pairsOf(yaml: YamlDecoder, node: Node | null): TextPairs {
  const pairs = new Map<string, string>();
  for (const { name, value } of yaml.entries(node, 'map[string]string')) {
    pairs.set(name, yaml.text(value) ?? '');
  }
  return pairs;
}
