// Random queries for differential tests: typed, so that most are valid, and mutated, so that most are not.
//
// `generateQuery` builds a tree from the top: it is told the type that is wanted and how deep it may
// go, and chooses among everything that gives this type. Names, labels and values come from a small
// vocabulary, so that selectors match the series of a test's data set and vectors find partners.

import type { SeededRandom } from '@ampere/platform';
import type { FunctionSignature, ValueType } from '../parser/ast.ts';
import { FUNCTIONS } from '../parser/functions.ts';

/** What queries are made of. Give the names of a data set to have queries that find something. */
export interface Vocabulary {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  readonly values: readonly string[];
  /** Values that a label has, for matchers that mostly find something; of other labels `values`. */
  readonly valuesOf?: Readonly<Record<string, readonly string[]>>;
  /** Functions and aggregations that must not be used. */
  readonly without: ReadonlySet<string>;
  /** Also offset, @, subqueries with odd steps, quoted names: the rarer parts of the language. */
  readonly rare: boolean;
}

export const VOCABULARY: Vocabulary = {
  metrics: ['http_requests_total', 'node_cpu_seconds_total', 'up', 'latency_seconds_bucket', 'm:rate5m'],
  labels: ['job', 'instance', 'code', 'le', 'env'],
  values: ['api', 'node', 'a', 'b', '200', '500', '0.5', '+Inf', 'prod'],
  without: new Set(),
  rare: true,
};

/** Functions that came after Prometheus 3.5. */
export const AFTER_3_5: ReadonlySet<string> = new Set([
  ...['start_timestamp', 'histogram_quantiles', 'start', 'end', 'step', 'range', 'min_of', 'max_of'],
  ...['first_over_time', 'ts_of_first_over_time', 'ts_of_last_over_time', 'ts_of_min_over_time'],
  'ts_of_max_over_time',
]);

const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'];
const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='];
const SETS = ['and', 'or', 'unless'];
const PLAIN_AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'];
const RANGES = ['5m', '1m', '30s', '1h', '90s', '1m30s', '300'];
const NUMBERS = [
  '0',
  '1',
  '2',
  '0.5',
  '1e3',
  '100',
  '3.25',
  '0x1f',
  '1_000',
  'Inf',
  'NaN',
  '5m',
  '.5',
  '017',
];
const PATTERNS = ['.*', '.+', 'a|b', '[a-z]+', '5..', 'no.*', '', 'prod'];

/** A query of the type, with at most `depth` constructs inside each other. */
export function generateQuery(
  random: SeededRandom,
  vocabulary: Vocabulary = VOCABULARY,
  depth = 4,
  type: ValueType = 'vector',
): string {
  return new Generator(random, vocabulary).ofType(type, depth);
}

/** A query with some of its characters or tokens left out, doubled, swapped or replaced. */
export function mutateQuery(random: SeededRandom, query: string): string {
  const tokens = query.match(/[\w:.]+|\s+|"(?:[^"\\]|\\.)*"|[=!<>]=|=~|!~|./gs) ?? [];
  for (let changes = 1 + random.integer(2); changes > 0 && tokens.length > 0; changes--) {
    const at = random.integer(tokens.length);
    const other = random.integer(tokens.length);
    switch (random.integer(6)) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens.splice(at, 0, tokens[other]!);
        break;
      case 2:
        [tokens[at], tokens[other]] = [tokens[other]!, tokens[at]!];
        break;
      case 3:
        tokens[at] = NOISE[random.integer(NOISE.length)]!;
        break;
      case 4:
        tokens.splice(at, 0, NOISE[random.integer(NOISE.length)]!);
        break;
      default:
        tokens.length = at;
    }
  }
  return tokens.join('');
}

const NOISE = [
  ...['(', ')', '{', '}', '[', ']', ',', '=', ':', '+', '-', '*', '^', '@', '==', '!=', '=~', '!~', '<', '>'],
  ...[
    'and',
    'or',
    'unless',
    'by',
    'without',
    'on',
    'ignoring',
    'group_left',
    'bool',
    'offset',
    'sum',
    'topk',
  ],
  ...['start', 'end', 'inf', 'foo', 'a:b', '5m', '1.5', '0x', '1e', '5x', '"s"', "'s'", '`s`', '"\\z"', '"'],
  ...['$', 'é', '#c\n', '\n', ' ', '!', '~', ';', '5m5', '_', '1h30m', 'rate', 'atan2', 'by (', '()', '""'],
];

class Generator {
  readonly #random: SeededRandom;
  readonly #vocabulary: Vocabulary;
  readonly #functions: readonly FunctionSignature[];

  constructor(random: SeededRandom, vocabulary: Vocabulary) {
    this.#random = random;
    this.#vocabulary = vocabulary;
    this.#functions = [...FUNCTIONS.values()].filter(
      ({ name }) => !vocabulary.without.has(name) && name !== 'info',
    );
  }

  ofType(type: ValueType, depth: number): string {
    switch (type) {
      case 'scalar':
        return this.#scalar(depth);
      case 'string':
        return this.#string(this.#pick(this.#vocabulary.values));
      case 'matrix':
        return this.#matrix(depth);
      default:
        return this.#vector(depth);
    }
  }

  #chance(oneIn: number): boolean {
    return this.#random.integer(oneIn) === 0;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.integer(from.length)]!;
  }

  /** White space, often of an unusual kind. */
  #gap(): string {
    return this.#chance(6) ? this.#pick(['  ', '\n', ' # note\n']) : ' ';
  }

  #string(text: string): string {
    const mark = this.#pick(['"', '"', "'", '`']);
    return mark + text + mark;
  }

  #scalar(depth: number): string {
    if (depth <= 0 || this.#chance(2)) return this.#pick(NUMBERS);
    switch (this.#random.integer(5)) {
      case 0:
        return `scalar(${this.#vector(depth - 1)})`;
      case 1:
        return `(${this.#scalar(depth - 1)})`;
      case 2:
        return `-${this.#scalar(depth - 1)}`;
      case 3:
        return this.#pick(['time()', 'pi()']);
      default: {
        const operator = this.#chance(4) ? `${this.#pick(COMPARISONS)} bool` : this.#pick(ARITHMETIC);
        return `${this.#scalar(depth - 1)} ${operator}${this.#gap()}${this.#scalar(depth - 1)}`;
      }
    }
  }

  #vector(depth: number): string {
    if (depth <= 0 || this.#chance(6)) return this.#selector() + this.#modifiers();
    switch (this.#random.integer(9)) {
      case 0:
      case 1:
      case 2:
        return this.#call(depth);
      case 3:
      case 4:
        return this.#aggregate(depth);
      case 5:
        return this.#chance(3) ? `-${this.#vector(depth - 1)}` : `(${this.#vector(depth - 1)})`;
      default:
        return this.#binary(depth);
    }
  }

  #call(depth: number): string {
    const vectors = this.#functions.filter(({ returns }) => returns === 'vector');
    const { name, argTypes, variadic } = this.#pick(vectors);
    const types = [...argTypes];
    if (variadic !== 0 && this.#chance(3)) types.pop();
    else if (variadic < 0 && this.#chance(3)) types.push(argTypes.at(-1)!);
    const args = types.map((type, i) => this.#argument(name, i, type, depth - 1));
    return `${name}(${args.join(`,${this.#gap()}`)})`;
  }

  /** Arguments that must be label names or patterns get them. */
  #argument(name: string, index: number, type: ValueType, depth: number): string {
    if (type !== 'string') return this.ofType(type, depth);
    if (name === 'label_replace' && index === 4)
      return this.#string(this.#pick(['(.*)', '(.)(.*)', 'a(.+)']));
    if (name === 'label_replace' && index === 2) return this.#string(this.#pick(['$1', 'x$1', '', '$0']));
    if (name === 'label_join' && index === 2) return this.#string(this.#pick(['-', ',', '']));
    return this.#string(this.#pick(this.#vocabulary.labels));
  }

  #aggregate(depth: number): string {
    const usable = (name: string) => !this.#vocabulary.without.has(name);
    const name = this.#chance(3)
      ? this.#pick(['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio'].filter(usable))
      : this.#pick(PLAIN_AGGREGATIONS.filter(usable));
    let parameter = '';
    if (name === 'count_values') parameter = `${this.#string(this.#pick(this.#vocabulary.labels))}, `;
    else if (name === 'quantile' || name === 'limit_ratio') {
      parameter = `${this.#pick(['0.5', '0.9', '0', '1', '-0.5'])}, `;
    } else if (!PLAIN_AGGREGATIONS.includes(name)) parameter = `${this.#pick(['1', '2', '3', '5'])}, `;
    const body = `(${parameter}${this.#vector(depth - 1)})`;
    if (this.#chance(3)) return name + body;
    const grouping = `${this.#pick(['by', 'without', 'by'])}${this.#gap()}(${this.#labels()})`;
    return this.#chance(4) ? `${name}${body} ${grouping}` : `${name} ${grouping} ${body}`;
  }

  #labels(): string {
    const labels = this.#vocabulary.labels.filter(() => this.#chance(2));
    const quoted = labels.map((label) => (this.#vocabulary.rare && this.#chance(8) ? `"${label}"` : label));
    return quoted.join(',') + (quoted.length > 0 && this.#chance(10) ? ',' : '');
  }

  #binary(depth: number): string {
    const kind = this.#random.integer(4);
    const comparison = kind === 0;
    const set = kind === 1;
    const operator = this.#pick(comparison ? COMPARISONS : set ? SETS : ARITHMETIC);
    if (!set && this.#chance(3)) {
      // Operators inside could bind otherwise and leave two scalars to be compared.
      const vector = this.#operand(depth - 1);
      const scalar = this.#chance(2) ? this.#scalar(0) : `(${this.#scalar(depth - 2)})`;
      const bool = comparison && this.#chance(2) ? ' bool' : '';
      return this.#chance(2)
        ? `${vector} ${operator}${bool} ${scalar}`
        : `${scalar} ${operator}${bool}${this.#gap()}${vector}`;
    }
    const bool = comparison && this.#chance(3) ? ' bool' : '';
    if (this.#chance(2)) return `${this.#vector(depth - 1)} ${operator}${bool} ${this.#vector(depth - 1)}`;
    return this.#matchedBinary(depth, operator + bool, !set);
  }

  /** With on/ignoring. The operands are no operators themselves: theirs could bind tighter. */
  #matchedBinary(depth: number, operator: string, mayGroup: boolean): string {
    const left = this.#operand(depth - 1);
    const right = this.#operand(depth - 1);
    const on = this.#chance(2);
    const labels = this.#labels();
    let modifiers = ` ${on ? 'on' : 'ignoring'}(${labels})`;
    if (mayGroup && this.#chance(2)) {
      const include = this.#vocabulary.labels.filter((label) => !labels.includes(label) && this.#chance(4));
      // Without parentheses of its own it would take those of the operand.
      const bare = (!on || include.length === 0) && !right.startsWith('(') && this.#chance(2);
      modifiers += ` ${this.#pick(['group_left', 'group_right'])}${bare ? '' : `(${on ? include.join(',') : ''})`}`;
    }
    return `${left} ${operator}${modifiers}${this.#gap()}${right}`;
  }

  #operand(depth: number): string {
    if (depth <= 0 || this.#chance(2)) return this.#selector() + this.#modifiers();
    if (this.#chance(3)) return `(${this.#vector(depth - 1)})`;
    return this.#chance(2) ? this.#call(depth) : this.#aggregate(depth);
  }

  #selector(): string {
    const { metrics, labels, rare } = this.#vocabulary;
    const matchers: string[] = [];
    for (const label of labels) {
      if (!this.#chance(4)) continue;
      const operator = this.#pick(['=', '=', '!=', '=~', '!~']);
      const values = this.#vocabulary.valuesOf?.[label] ?? this.#vocabulary.values;
      const value = operator.includes('~') ? this.#pick(PATTERNS) : this.#pick(values);
      const name = rare && this.#chance(10) ? `"${label}"` : label;
      matchers.push(`${name}${operator}${this.#string(value)}`);
    }
    const metric = this.#pick(metrics);
    const inside = matchers.join(',');
    if (rare && this.#chance(12)) return `{"${metric}"${inside === '' ? '' : `,${inside}`}}`;
    if (rare && this.#chance(12)) return `{__name__="${metric}"${inside === '' ? '' : `,${inside}`}}`;
    return inside === '' && this.#chance(2) ? metric : `${metric}{${inside}}`;
  }

  #matrix(depth: number): string {
    if (depth > 0 && this.#chance(4)) {
      const step = this.#chance(2) ? '' : this.#pick(['1m', '30s', '15s', '7s', '2m']);
      const inner = this.#vector(depth - 1);
      return `(${inner})[${this.#pick(RANGES)}:${step}]${this.#modifiers()}`;
    }
    return `${this.#selector()}[${this.#pick(RANGES)}]${this.#modifiers()}`;
  }

  #modifiers(): string {
    if (!this.#vocabulary.rare) return '';
    let text = '';
    if (this.#chance(8)) text += ` offset ${this.#pick(['5m', '-1m', '30', '0s', '1h'])}`;
    if (this.#chance(12)) text += ` @ ${this.#pick(['start()', 'end()', '1000', '60.5', '0', '-5'])}`;
    return text;
  }
}
