// Prometheus' regular expressions: RE2 syntax, fully anchored, the dot matches a newline too
// (Go compiles `^(?s:…)$`), in time linear in the text. Simple patterns need no engine (simple-regex.ts); of others
// a text that doesn't begin as it must is refused without one.

import { RE2JS } from 're2js';
import { literalPrefix, simpleRegex } from './simple-regex.ts';

export interface RegexMatch {
  /** Whether the whole text matches. */
  test(text: string): boolean;
  /** All texts that match, when that is plain to see: alternatives of literal text. */
  readonly texts?: readonly string[] | undefined;
}

/** Compiles a pattern. Throws an Error with Go's text when it is not a valid one. */
export function compileRegex(pattern: string): RegexMatch {
  const simple = simpleRegex(pattern);
  if (simple !== undefined) return simple;
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  const prefix = literalPrefix(pattern);
  if (prefix === '') return { test: (text) => compiled.testExact(text) };
  return { test: (text) => text.startsWith(prefix) && compiled.testExact(text) };
}
