// The kinds of tokens and how error texts name them.

/** Punctuation, operators, keywords and aggregations are their own kind, in lower case. */
export type TokenKind =
  | 'eof'
  | 'identifier'
  | 'metric-identifier'
  | 'string'
  | 'number'
  | 'duration'
  | Punctuation
  | OperatorToken
  | Aggregation
  | Keyword
  | 'start'
  | 'end';

type Punctuation = '(' | ')' | '{' | '}' | '[' | ']' | ',' | '=' | ':';
type OperatorToken =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '@'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '=~'
  | '!~'
  | '</'
  | '>/'
  | 'and'
  | 'or'
  | 'unless'
  | 'atan2';
type Aggregation = (typeof AGGREGATIONS)[number];
type Keyword = (typeof KEYWORDS)[number];

const AGGREGATIONS = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
] as const;
const KEYWORDS = ['offset', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool'] as const;
const WORD_OPERATORS = ['and', 'or', 'unless', 'atan2'] as const;

const aggregations: ReadonlySet<string> = new Set(AGGREGATIONS);
const keywords: ReadonlySet<string> = new Set(KEYWORDS);
const operators: ReadonlySet<string> = new Set([
  ...['+', '-', '*', '/', '%', '^', '@', '==', '!=', '<', '>', '<=', '>=', '=~', '!~', '</', '>/'],
  ...WORD_OPERATORS,
]);

/** Words with a meaning of their own outside braces, by their lower case. */
export const WORDS: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...[...AGGREGATIONS, ...KEYWORDS, ...WORD_OPERATORS, 'start' as const, 'end' as const].map(
    (word): [string, TokenKind] => [word, word],
  ),
  ['inf', 'number'],
  ['nan', 'number'],
]);

export function isAggregation(kind: TokenKind): kind is Aggregation {
  return aggregations.has(kind);
}

/** Kinds that may stand where a metric's name is expected. */
export function mayBeMetricName(kind: TokenKind): boolean {
  switch (kind) {
    case 'identifier':
    case 'metric-identifier':
    case 'and':
    case 'or':
    case 'unless':
    case 'by':
    case 'without':
    case 'offset':
    case 'start':
    case 'end':
      return true;
    default:
      return aggregations.has(kind);
  }
}

/** Kinds that may stand for a label's name in `by (…)`, `on (…)` and their like. */
export function mayBeLabelName(kind: TokenKind): boolean {
  return mayBeMetricName(kind) || keywords.has(kind) || kind === 'atan2';
}

/** Kinds a matcher's operator has. */
export function isMatchOperator(kind: TokenKind): kind is '=' | '!=' | '=~' | '!~' {
  return kind === '=' || kind === '!=' || kind === '=~' || kind === '!~';
}

/** What an error text calls the token; `quote` quotes as Go's %q does. */
export function describeToken(kind: TokenKind, text: string, quote: (text: string) => string): string {
  switch (kind) {
    case 'eof':
      return 'end of input';
    case 'identifier':
      return `identifier ${quote(text)}`;
    case 'metric-identifier':
      return `metric identifier ${quote(text)}`;
    case 'string':
    case 'number':
    case 'duration':
      return `${kind} ${shortened(text, quote)}`;
    default:
      if (keywords.has(kind)) return `<${text}>`;
      if (operators.has(kind)) return `<op:${text}>`;
      if (aggregations.has(kind)) return `<aggr:${text}>`;
      return shortened(text, quote);
  }
}

function shortened(text: string, quote: (text: string) => string): string {
  // Ten bytes may pass whole; of a longer text the first ten characters are shown.
  if (Buffer.byteLength(text) <= 10) return quote(text);
  return `${quote([...text].slice(0, 10).join(''))}...`;
}
