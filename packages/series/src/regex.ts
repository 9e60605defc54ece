// Prometheus' regular expressions: RE2 syntax, fully anchored, the dot matches a newline too
// (Go compiles `^(?s:…)$`), in time linear in the text.

import { RE2JS } from 're2js';

export interface RegexMatch {
  /** Whether the whole text matches. */
  test(text: string): boolean;
}

/** Compiles a pattern. Throws an Error with Go's text when it is not a valid one. */
export function compileRegex(pattern: string): RegexMatch {
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL);
  return { test: (text) => compiled.testExact(text) };
}
