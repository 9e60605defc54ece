// The cases recorded from the real Alertmanager 0.25 and Prometheus 2.42.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@ampere/testing';
import { expect, test } from 'vitest';
import {
  ALERTMANAGER_FUNCTIONS,
  ALERTMANAGER_TEMPLATES,
  FunctionError,
  parseTemplates,
  RULE_FUNCTIONS,
  RULE_VARIABLES,
  ruleData,
  ruleFunctions,
  TemplateError,
  TemplateParseError,
} from './index.ts';
import { dataOfJson, type NotificationJson } from './testing/notification.ts';

type Texts = Record<string, string>;

interface RuleCaseData {
  labels: Texts;
  value: string;
  externalLabels: Texts;
  externalURL: string;
  queries: Record<string, { labels: Texts; value: unknown }[]>;
}

interface Case {
  id: string;
  kind: 'alertmanager' | 'rule';
  template: string;
  data: string | RuleCaseData;
  error: boolean;
  expected?: string;
  error_text?: string;
  rejected_at_load?: boolean;
}

interface Recorded {
  helpers_tmpl: string;
  datasets: Record<string, NotificationJson>;
  cases: Case[];
}

const EXTERNAL_URL = '<EXT>';

const NUMBERS: Texts = { NaN: 'NaN', '+Inf': 'Infinity', '-Inf': '-Infinity' };
const numberOf = (text: string) => Number(NUMBERS[text] ?? text);

function renderRule(one: Case): string {
  const data = one.data as RuleCaseData;
  const name = `__alert_C${one.id.slice(5)}`;
  const compiled = parseTemplates([], { functions: RULE_FUNCTIONS }).compile({
    name,
    text: RULE_VARIABLES + one.template,
  });
  const functions = new Map(
    ruleFunctions({
      externalUrl: EXTERNAL_URL,
      query: (expression) => {
        if (expression === 'time()') return [{ labels: [], value: 1 }];
        const found = data.queries[expression];
        if (found === undefined) throw new Error(`the recording has no query ${expression}`);
        return found.map((sample) => {
          // Strings and ranges were recorded as they are.
          const value = typeof sample.value === 'string' ? numberOf(sample.value) : undefined;
          if (value === undefined || (Number.isNaN(value) && sample.value !== 'NaN')) {
            throw new FunctionError('rule result is not a vector or scalar');
          }
          return { labels: Object.entries(sample.labels), value };
        });
      },
    }),
  );
  functions.set('pathPrefix', { ...functions.get('pathPrefix')!, call: pathPrefix });
  return compiled.execute(
    ruleData({
      labels: Object.entries(data.labels),
      externalLabels: Object.entries(data.externalLabels),
      externalUrl: EXTERNAL_URL,
      value: numberOf(data.value),
    }),
    { functions },
  );
}

const withPath = ruleFunctions({ externalUrl: 'http://localhost:9090/ext', query: () => [] });
const pathPrefix = withPath.get('pathPrefix')!.call;

describeWith('recorded cases', ['shared'], ({ shared }) => {
  const path = join(shared, 'conformance/templates/go_templates.json');
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded;
  const base = parseTemplates(
    [ALERTMANAGER_TEMPLATES, { name: 'helpers.tmpl', text: recorded.helpers_tmpl }],
    {
      functions: ALERTMANAGER_FUNCTIONS,
    },
  );
  const renderNotification = (one: Case) =>
    base
      .compile({ name: '', text: one.template })
      .execute(dataOfJson(recorded.datasets[one.data as string]!));
  const render = (one: Case) => (one.kind === 'rule' ? renderRule(one) : renderNotification(one));

  for (const one of recorded.cases) {
    test(`${one.id} ${one.template}`, () => {
      if (!one.error) {
        expect(render(one)).toBe(one.expected);
        return;
      }
      let failure: unknown;
      try {
        render(one);
      } catch (error) {
        failure = error;
      }
      expect(failure).toBeInstanceOf(TemplateError);
      const { message } = failure as TemplateError;
      if (one.rejected_at_load === true) {
        expect(failure).toBeInstanceOf(TemplateParseError);
        expect(one.error_text).toContain(message);
      } else if (one.kind === 'rule') {
        const name = `__alert_C${one.id.slice(5)}`;
        expect(`<error expanding template: error executing template ${name}: ${message}>`).toBe(one.expected);
      } else {
        expect(message).toBe(one.error_text);
      }
    });
  }
});
