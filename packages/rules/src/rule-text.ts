// Templates of labels and annotations: compiled once, expanded for each alert.
//
// 1. A text without `{{` is itself.
// 2. Others are compiled behind the short variables and executed with the series' labels and value.
// 3. One that fails becomes a text that says so; the alert goes out all the same.

import {
  type CompiledText,
  FunctionError,
  parseTemplates,
  RULE_FUNCTIONS,
  RULE_VARIABLES,
  type RuleTemplateData,
  ruleData,
  ruleFunctions,
  TemplateExecError,
  type TemplateSample,
} from '@ampere/go-template';
import { ParseError, parseExpr } from '@ampere/promql';
import { isRuleFailure, type RuleHost } from './rule-host.ts';
import { vectorOf } from './vector.ts';

const NO_TEMPLATES = parseTemplates([], { functions: RULE_FUNCTIONS });

export class RuleText {
  readonly #text: string;
  readonly #compiled: CompiledText | undefined;
  readonly #templateName: string;

  /** Throws TemplateParseError. */
  constructor(alertName: string, text: string) {
    this.#text = text;
    this.#templateName = `__alert_${alertName}`;
    this.#compiled = text.includes('{{')
      ? NO_TEMPLATES.compile({ name: this.#templateName, text: RULE_VARIABLES + text })
      : undefined;
  }

  expand(data: RuleTemplateData, host: RuleHost, timeMs: number): string {
    if (this.#compiled === undefined) return this.#text;
    const functions = ruleFunctions({
      externalUrl: data.externalUrl,
      query: (expression) => queryForTemplate(host, expression, timeMs),
    });
    try {
      return this.#compiled.execute(ruleData(data), { functions });
    } catch (error) {
      if (!(error instanceof TemplateExecError)) throw error;
      return `<error expanding template: error executing template ${this.#templateName}: ${error.message}>`;
    }
  }
}

function queryForTemplate(host: RuleHost, expression: string, timeMs: number): TemplateSample[] {
  try {
    const vector = vectorOf(host.query(parseExpr(expression), timeMs));
    return vector.labels.map((labels, i) => ({ labels, value: vector.values[i]! }));
  } catch (error) {
    if (error instanceof ParseError || isRuleFailure(error)) throw new FunctionError(error.message);
    throw error;
  }
}
