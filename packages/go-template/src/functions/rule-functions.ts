// The functions that Prometheus 2.42 gives to templates in labels and annotations of rules.
//
// `query`, `externalURL` and `pathPrefix` depend on where a rule runs: `RULE_FUNCTIONS` declares them,
// so that a template can be checked without one, and `ruleFunctions(host)` binds them for a run.

import { bytesOf, textOf } from '../bytes.ts';
import { FunctionError } from '../errors.ts';
import { parseFloat64 } from '../format/float.ts';
import { quote } from '../format/quote.ts';
import { goTime, TIME } from '../time/go-time.ts';
import {
  bytesArg,
  goBytes,
  goFloat,
  goFunction,
  goMap,
  goPointer,
  goSlice,
  goString,
  goStringMap,
  goStruct,
  itemsArg,
  structType,
  variadicFunction,
} from '../values/construct.ts';
import {
  ANY,
  ANY_MAP,
  FLOAT64,
  type GoFunction,
  GoType,
  type GoValue,
  pointerTo,
  STRING,
  STRING_MAP,
} from '../values/types.ts';
import { SHARED_FUNCTIONS, textFunction } from './alertmanager-functions.ts';
import type { FunctionMap } from './builtins.ts';
import { escapeQuery } from './escape.ts';
import { stripDomain, stripPort } from './host-port.ts';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
  nanosecondsOf,
  parseDuration,
} from './humanize.ts';
import { titleWords } from './letter-case.ts';

/** A series' labels and value, as `query` gives them. */
export interface TemplateSample {
  readonly labels: Iterable<readonly [string, string]>;
  readonly value: number;
}

/** What the functions of a rule's template need from their surroundings. */
export interface RuleTemplateHost {
  /**
   * Evaluates an expression at the rule's moment. Throws FunctionError for an expression that is wrong,
   * fails, or gives no vector or scalar; `result type` words are Prometheus'.
   */
  readonly query: (expression: string) => readonly TemplateSample[];
  readonly externalUrl: string;
}

export const SAMPLE = structType('template.sample', [
  { name: 'Labels', type: STRING_MAP },
  { name: 'Value', type: FLOAT64 },
]);
const SAMPLE_POINTER = pointerTo(SAMPLE);
const QUERY_RESULT = new GoType('template.queryResult', 'slice', { isNamed: true, elem: SAMPLE_POINTER });
const TIME_POINTER = pointerTo(TIME);

function goSample(sample: TemplateSample): GoValue {
  return goPointer(SAMPLE_POINTER, goStruct(SAMPLE, [goStringMap(sample.labels), goFloat(sample.value)]));
}

/** A number, or a text that is one. */
function floatArg(value: GoValue | undefined): number {
  switch (value?.kind) {
    case 'float':
      if (value.type === FLOAT64) return value.float;
      break;
    case 'int':
    case 'uint':
      if (value.type.name === 'int' || value.type.name === 'uint') return Number(value.int);
      break;
    case 'string':
      if (value.type === STRING) return parseFloat64(value.bytes);
  }
  const isNothing = value === undefined || value.kind === 'interface' || value.kind === 'invalid';
  throw new FunctionError(`can't convert ${isNothing ? '<nil>' : value.type.name} to float`);
}

const numberFunction = (map: (value: number) => string) =>
  goFunction([ANY], ([value]) => goBytes(map(floatArg(value))));

const linkFunction = (tab: number) =>
  textFunction((expression) => `/graph?g0.expr=${escapeQuery(expression)}&g0.tab=${tab}`);

/** A sample's label; a nil sample can't be asked, which Go reports by its panic's text. */
function labelOf(sample: GoValue | undefined, name: string): GoValue {
  if (sample?.kind !== 'pointer' || sample.target?.kind !== 'struct') throw nilSample();
  const [labels] = sample.target.values;
  return (labels?.kind === 'map' ? labels.entries.get(name) : undefined) ?? goBytes('');
}

function sampleValue(sample: GoValue | undefined): GoValue {
  if (sample?.kind !== 'pointer' || sample.target?.kind !== 'struct') throw nilSample();
  return sample.target.values[1]!;
}

function nilSample(): FunctionError {
  return new FunctionError('runtime error: invalid memory address or nil pointer dereference');
}

function first(result: GoValue | undefined): GoValue {
  const [sample] = itemsArg(result);
  if (sample === undefined) throw new FunctionError('first() called on vector with no elements');
  return sample;
}

const sortByLabel = goFunction([STRING, QUERY_RESULT], ([name, result], context) => {
  const items = itemsArg(result);
  context.spend(items.length * 4);
  const keyed = items.map((item) => ({ item, key: bytesArg(labelOf(item, bytesArg(name))) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return goSlice(
    keyed.map(({ item }) => item),
    QUERY_RESULT,
  );
});

const args = variadicFunction([ANY], (values) =>
  goMap(
    values.map((value, i) => [`arg${i}`, value] as const),
    ANY_MAP,
  ),
);

function unbound(name: string): GoFunction['call'] {
  return () => {
    throw new FunctionError(`${name} isn't available here`);
  };
}

const hostFunction = (params: readonly GoType[], call: GoFunction['call']) => goFunction(params, call);

/** `query`, `externalURL` and `pathPrefix` for one run: pass it to `execute` as `functions`. */
export function ruleFunctions(host: RuleTemplateHost): FunctionMap {
  return new Map([
    [
      'query',
      hostFunction([STRING], ([expression], context) => {
        const samples = host.query(textOf(bytesArg(expression)));
        context.spend(samples.length);
        return goSlice(samples.map(goSample), QUERY_RESULT);
      }),
    ],
    ['externalURL', hostFunction([], () => goString(host.externalUrl))],
    ['pathPrefix', hostFunction([], () => goBytes(pathOf(host.externalUrl)))],
  ]);
}

/** The path of a URL, percent signs decoded. */
function pathOf(url: string): string {
  const path = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/i.exec(bytesOf(url))?.[1] ?? '';
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Everything by name; the functions of the host refuse to run until they are bound. */
export const RULE_FUNCTIONS: FunctionMap = new Map<string, GoFunction>([
  ...SHARED_FUNCTIONS,
  ['query', hostFunction([STRING], unbound('query'))],
  ['externalURL', hostFunction([], unbound('externalURL'))],
  ['pathPrefix', hostFunction([], unbound('pathPrefix'))],
  ['first', goFunction([QUERY_RESULT], ([result]) => first(result))],
  ['label', goFunction([STRING, SAMPLE_POINTER], ([name, sample]) => labelOf(sample, bytesArg(name)))],
  ['value', goFunction([SAMPLE_POINTER], ([sample]) => sampleValue(sample))],
  ['strvalue', goFunction([SAMPLE_POINTER], ([sample]) => labelOf(sample, '__value__'))],
  ['sortByLabel', sortByLabel],
  ['args', args],
  ['title', textFunction(titleWords)],
  ['stripPort', textFunction(stripPort)],
  ['stripDomain', textFunction(stripDomain)],
  ['graphLink', linkFunction(0)],
  ['tableLink', linkFunction(1)],
  ['humanize', numberFunction(humanize)],
  ['humanize1024', numberFunction(humanize1024)],
  ['humanizeDuration', numberFunction(humanizeDuration)],
  ['humanizePercentage', numberFunction(humanizePercentage)],
  ['humanizeTimestamp', numberFunction(humanizeTimestamp)],
  ['toTime', goFunction([ANY], ([value]) => goPointer(TIME_POINTER, goTime(nanosecondsOf(floatArg(value)))))],
  [
    'parseDuration',
    goFunction([STRING], ([text]) => goFloat(parseDuration(bytesArg(text), textOf(quote(bytesArg(text)))))),
  ],
]);
