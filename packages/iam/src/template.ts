// A text of a policy in which wildcards and policy variables may stand.
//
// 1. `tokenise` cuts the text into literal text, wildcards and variables: `${key}`,
//    `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for those characters themselves. What a variable
//    stands for is always literal: a tag with the value `*` matches an asterisk alone.
// 2. A Template matches texts. Without variables its pattern is made once; with variables, for each
//    value anew.
// 3. A variable whose key the request doesn't have, or has with several values, and that has no default,
//    can't be resolved; the caller says what that means.

import type { AccessRequest } from './access-request.ts';
import { type ConditionKey, conditionKey } from './condition-key.ts';
import { ANY, Glob, type GlobToken, STAR } from './glob.ts';
import { legacyError } from './policy-error.ts';

export interface Variable {
  readonly key: ConditionKey;
  readonly fallback: string | undefined;
}

export type TemplateToken = GlobToken | Variable;

/** What stands for more than itself. Variables are of Version 2012-10-17. */
export interface TemplateSyntax {
  readonly variables: boolean;
  readonly wildcards: boolean;
}

/** @throws PolicyError for a variable that isn't closed or has no key. */
export function tokenise(text: string, syntax: TemplateSyntax): TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') tokens.push(literal);
    literal = '';
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (syntax.wildcards && (char === '*' || char === '?')) {
      flush();
      tokens.push(char === '*' ? STAR : ANY);
    } else if (syntax.variables && char === '$' && text[at + 1] === '{') {
      const { variable, end } = readVariable(text, at + 2);
      if (typeof variable === 'string') literal += variable;
      else {
        flush();
        tokens.push(variable);
      }
      at = end;
    } else literal += char;
  }
  flush();
  return tokens;
}

/** Reads what follows `${`; `end` is the place of the closing brace. */
function readVariable(text: string, from: number): { variable: string | Variable; end: number } {
  const fail = () => legacyError(`the variable at ${from - 2} of ${JSON.stringify(text)} is not well formed`);
  const special = text[from];
  if ((special === '*' || special === '?' || special === '$') && text[from + 1] === '}')
    return { variable: special, end: from + 1 };
  let end = from;
  while (end < text.length && text[end] !== '}' && text[end] !== ',') end++;
  const name = text.slice(from, end).trim();
  if (!/^[^\s$'"{}*?]+$/.test(name.replaceAll(' ', ''))) throw fail();
  const key = conditionKey(name);
  if (text[end] === '}') return { variable: { key, fallback: undefined }, end };
  const quoted = skipBlanks(text, end + 1);
  const close = text.indexOf("'", quoted + 1);
  if (text[quoted] !== "'" || close === -1) throw fail();
  end = skipBlanks(text, close + 1);
  if (text[end] !== '}') throw fail();
  return { variable: { key, fallback: text.slice(quoted + 1, close) }, end };
}

function skipBlanks(text: string, at: number): number {
  while (text[at] === ' ') at++;
  return at;
}

export class Template {
  /** Keys of its variables. */
  readonly keys: readonly ConditionKey[];
  readonly #tokens: readonly TemplateToken[];
  readonly #fixed: Glob | undefined;
  readonly #variables: readonly Variable[];
  /** Of the one variable: its value in the request before this one, which mostly is the same again. */
  #last: { readonly value: string; readonly glob: Glob } | undefined;
  readonly #folded: boolean;

  /** Folded: in lower case, to be matched with texts in lower case. */
  constructor(tokens: readonly TemplateToken[], folded = false) {
    this.#folded = folded;
    this.#tokens = folded
      ? tokens.map((token) => (typeof token === 'string' ? token.toLowerCase() : token))
      : tokens;
    this.#variables = tokens.filter((token): token is Variable => typeof token === 'object');
    this.keys = this.#variables.map((variable) => variable.key);
    this.#fixed = this.#variables.length === 0 ? new Glob(this.#tokens as readonly GlobToken[]) : undefined;
  }

  /** `ifUnresolved` is the answer when a variable can't be resolved. */
  matches(text: string, request: AccessRequest, ifUnresolved: boolean): boolean {
    if (this.#fixed !== undefined) return this.#fixed.matches(text);
    if (this.#variables.length > 1) {
      const values = this.#variables.map((variable) => this.#resolve(variable, request));
      return values.includes(undefined) ? ifUnresolved : this.#glob(values as string[]).matches(text);
    }
    const value = this.#resolve(this.#variables[0]!, request);
    if (value === undefined) return ifUnresolved;
    if (this.#last === undefined || this.#last.value !== value)
      this.#last = { value, glob: this.#glob([value]) };
    return this.#last.glob.matches(text);
  }

  #resolve(variable: Variable, request: AccessRequest): string | undefined {
    return request.singleValue(variable.key) ?? variable.fallback;
  }

  #glob(values: readonly string[]): Glob {
    let next = 0;
    const tokens = this.#tokens.map((token) => {
      if (typeof token !== 'object') return token;
      const value = values[next++]!;
      return this.#folded ? value.toLowerCase() : value;
    });
    return new Glob(tokens);
  }
}
