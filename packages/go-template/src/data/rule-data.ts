// What the templates of a rule's labels and annotations see.

import { goFloat, goString, goStringMap, goStruct } from '../values/construct.ts';
import { FLOAT64, GoType, type GoValue, STRING, STRING_MAP } from '../values/types.ts';
import type { LabelPairs } from './alertmanager-data.ts';

/** Stands before each template: the variables with short names. */
export const RULE_VARIABLES =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

const FIELDS = [
  { name: 'Labels', type: STRING_MAP },
  { name: 'ExternalLabels', type: STRING_MAP },
  { name: 'ExternalURL', type: STRING },
  { name: 'Value', type: FLOAT64 },
];
/** A type without a name of its own prints as its declaration. */
const RULE_DATA = new GoType(
  `struct { ${FIELDS.map((field) => `${field.name} ${field.type.name}`).join('; ')} }`,
  'struct',
  { fields: FIELDS },
);

export interface RuleTemplateData {
  /** The labels of the series, `__name__` included if the expression keeps it. */
  readonly labels: LabelPairs;
  readonly externalLabels: LabelPairs;
  readonly externalUrl: string;
  readonly value: number;
}

export function ruleData(data: RuleTemplateData): GoValue {
  return goStruct(RULE_DATA, [
    goStringMap(data.labels),
    goStringMap(data.externalLabels),
    goString(data.externalUrl),
    goFloat(data.value),
  ]);
}
