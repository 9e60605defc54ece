// Matchers as text, in Alertmanager's classic syntax: `name op value`, the value bare or in double quotes.
//
// 1. A list is cut at commas outside quotes; braces around it are optional.
// 2. In a matcher everything after the operator is the value, without the spaces around it; a bare value
//    may contain anything but an unescaped quote.
// 3. Printed, a value is always quoted. Group keys are made of this form.

import { compileRegex, Matcher, type MatchKind } from '@ampere/series';
import { ConfigError } from './errors.ts';

const HEAD = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|!=|!~|=)/;
const SPACES = ' \t\n\f\r';
const KINDS: readonly MatchKind[] = ['=', '!=', '=~', '!~'];

/** One matcher. Throws ConfigError in Alertmanager's words. */
export function parseMatcher(source: string): Matcher {
  const head = HEAD.exec(source);
  if (head === null) throw new ConfigError(`bad matcher format: ${source}`);
  return makeMatcher(head[1]!, head[2] as MatchKind, unescapeValue(trim(source.slice(head[0].length))));
}

/** A matcher; a faulty regular expression is a ConfigError. */
export function makeMatcher(name: string, kind: MatchKind, value: string): Matcher {
  try {
    return new Matcher(name, kind, value);
  } catch (error) {
    throw new ConfigError(
      regexFault(anchored(value)) ?? (error instanceof Error ? error.message : String(error)),
    );
  }
}

/** Alertmanager anchors most patterns before it compiles them, and the error quotes what was compiled. */
export function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}

/** What is wrong with a pattern in Go's words; null when nothing is. */
export function regexFault(pattern: string): string | null {
  try {
    compileRegex(pattern);
    return null;
  } catch (error) {
    // The flag is how `compileRegex` lets the dot match a newline.
    return error instanceof Error ? error.message.replace('(?s)', '') : null;
  }
}

function trim(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && SPACES.includes(value[from]!)) from++;
  while (to > from && SPACES.includes(value[to - 1]!)) to--;
  return value.slice(from, to);
}

function unescapeValue(source: string): string {
  const refused = () => new ConfigError(`matcher value contains unescaped double quote: ${source}`);
  let closes = source.startsWith('"');
  const raw = closes ? source.slice(1) : source;
  let value = '';
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i]!;
    const last = i === raw.length - 1;
    if (char === '\\' && !last) {
      const next = raw[++i]!;
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
    } else if (char !== '"') value += char;
    else if (closes && last) closes = false;
    else throw refused();
  }
  if (closes) throw refused();
  return value;
}

/** Several matchers: `{a="b",c!="d"}`, braces and a trailing comma optional. Throws ConfigError. */
export function parseMatchers(source: string): Matcher[] {
  const inner = source.replace(/^\{/, '').replace(/\}$/, '');
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  let escaped = false;
  for (const char of inner) {
    if (char === ',' && !quoted) {
      parts.push(part);
      part = '';
      escaped = false;
      continue;
    }
    if (char === '"' && !escaped) quoted = !quoted;
    escaped = char === '\\' && !escaped;
    part += char;
  }
  if (trim(part) !== '') parts.push(part);
  return parts.map((one) => parseMatcher(trim(one)));
}

/** Alertmanager's order: by name, value, kind. */
export function sortMatchers(matchers: readonly Matcher[]): Matcher[] {
  return [...matchers].sort(
    (a, b) =>
      order(a.name, b.name) || order(a.value, b.value) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `{a="b",c=~"d"}`. */
export function matchersText(matchers: readonly Matcher[]): string {
  return `{${matchers.map(matcherText).join(',')}}`;
}

export function matcherText(matcher: Matcher): string {
  const value = matcher.value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  return `${matcher.name}${matcher.kind}"${value}"`;
}

/** Whether all matchers take the label set; a missing label is the empty text. */
export function matchesAll(matchers: readonly Matcher[], labels: { get(name: string): string }): boolean {
  for (const matcher of matchers) if (!matcher.matches(labels.get(matcher.name))) return false;
  return true;
}
