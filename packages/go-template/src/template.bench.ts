// Templates rendered per second of CPU time, warm: `npx vitest bench --run packages/go-template`, or any
// TypeScript runner on this file. The bound is 1,000 a second.
import { bench, describe } from 'vitest';
import {
  ALERTMANAGER_FUNCTIONS,
  ALERTMANAGER_TEMPLATES,
  parseTemplates,
  RULE_FUNCTIONS,
  RULE_VARIABLES,
  ruleData,
} from './index.ts';
import { NOTIFICATION } from './testing/notification.ts';

const set = parseTemplates([ALERTMANAGER_TEMPLATES], { functions: ALERTMANAGER_FUNCTIONS });
const subject = set.compile({ name: '', text: '{{ template "sns.default.subject" . }}' });
const message = set.compile({ name: '', text: '{{ template "sns.default.message" . }}' });
const rules = parseTemplates([], { functions: RULE_FUNCTIONS });
const ANNOTATION = `${RULE_VARIABLES}{{ $labels.job }} on {{ $labels.instance }} is at {{ $value | humanizePercentage }} since {{ reReplaceAll ":.*" "" $labels.instance }}`;
const annotation = rules.compile({ name: '__alert_A', text: ANNOTATION });
const data = () =>
  ruleData({
    labels: [
      ['job', 'node'],
      ['instance', '10.0.0.1:9100'],
    ],
    externalLabels: [],
    externalUrl: 'http://ext',
    value: 0.98,
  });

describe('templates', () => {
  bench('a default subject', () => {
    subject.execute(NOTIFICATION);
  });
  bench('a default message of two alerts', () => {
    message.execute(NOTIFICATION);
  });
  bench("a rule's annotation, data included", () => {
    annotation.execute(data());
  });
  bench("a rule's annotation, parsed each time", () => {
    rules.compile({ name: '__alert_A', text: ANNOTATION }).execute(data());
  });
});
