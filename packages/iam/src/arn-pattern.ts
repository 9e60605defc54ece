// Amazon Resource Names and patterns of them: `arn:partition:service:region:account:resource`.
//
// A pattern is matched segment by segment, so a wildcard never reaches over a colon, except in the last
// segment, which is all the rest. Segments that a pattern leaves out at its end match anything. Colons
// in the value of a variable don't separate segments.

import type { AccessRequest } from './access-request.ts';
import type { ConditionKey } from './condition-key.ts';
import { STAR } from './glob.ts';
import { Template, type TemplateSyntax, type TemplateToken, tokenise } from './template.ts';

const SEGMENTS = 6;
/** The segments that tell most come first. */
const ORDER = [5, 2, 4, 3, 1, 0] as const;

/** The six segments; undefined when the text is no ARN. */
export function splitArn(text: string): readonly string[] | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const segments: string[] = [];
  let from = 0;
  for (let i = 1; i < SEGMENTS; i++) {
    const colon = text.indexOf(':', from);
    if (colon === -1) return undefined;
    segments.push(text.slice(from, colon));
    from = colon + 1;
  }
  segments.push(text.slice(from));
  return segments;
}

export class ArnPattern {
  readonly keys: readonly ConditionKey[];
  /** Undefined for `*`, which matches whatever there is. */
  readonly #segments: readonly Template[] | undefined;

  /** @throws PolicyError for a malformed variable. */
  constructor(text: string, syntax: TemplateSyntax) {
    const tokens = tokenise(text, syntax);
    if (tokens.length === 1 && tokens[0] === STAR) {
      this.#segments = undefined;
      this.keys = [];
      return;
    }
    const segments = splitTokens(tokens);
    while (segments.length < SEGMENTS) segments.push([STAR]);
    this.#segments = segments.map((segment) => new Template(segment));
    this.keys = this.#segments.flatMap((segment) => segment.keys);
  }

  /**
   * `segments` are those of the ARN in question, undefined when what is asked for has none.
   * `ifUnresolved` is the answer when all fits but for a variable that can't be resolved.
   */
  matches(segments: readonly string[] | undefined, request: AccessRequest, ifUnresolved: boolean): boolean {
    if (this.#segments === undefined) return true;
    if (segments === undefined) return false;
    for (const i of ORDER) {
      if (!this.#segments[i]!.matches(segments[i]!, request, ifUnresolved)) return false;
    }
    return true;
  }
}

function splitTokens(tokens: readonly TemplateToken[]): TemplateToken[][] {
  const segments: TemplateToken[][] = [[]];
  for (const token of tokens) {
    if (typeof token !== 'string') {
      segments.at(-1)!.push(token);
      continue;
    }
    let rest = token;
    for (;;) {
      const colon = segments.length < SEGMENTS ? rest.indexOf(':') : -1;
      const head = colon === -1 ? rest : rest.slice(0, colon);
      if (head !== '') segments.at(-1)!.push(head);
      if (colon === -1) break;
      segments.push([]);
      rest = rest.slice(colon + 1);
    }
  }
  return segments;
}
