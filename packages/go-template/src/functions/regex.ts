// match and reReplaceAll: RE2 syntax, time linear in the text for each search.
//
// 1. A pattern is compiled once and kept; the cache is bounded, the oldest use goes first.
// 2. Compiling is paid for by the largest program that the pattern can become, a search by the text
//    that is left times the size of the program: many searches that all look to the end of one long
//    text are what could take long. A pattern without repetition can't look far, so its searches
//    cost what they passed over.
// 3. Replacements follow Go: an empty match right behind another match isn't replaced, `$1` and
//    `${name}` stand for groups, and a name reaches as far as letters, digits and underscores do.

import { RE2JS, RE2JSException } from 're2js';
import { bytesOf, textOf } from '../bytes.ts';
import { FunctionError } from '../errors.ts';
import { canBackquote, quote } from '../format/quote.ts';
import type { CallContext } from './call-context.ts';

const CACHE_MAX = 256;
/** Characters times instructions that one step pays for. */
const SEARCH_PER_STEP = 64;
/** RE2 refuses nested repetitions that come to more. */
const REPEATS_MAX = 1000;

const cache = new Map<string, RE2JS>();

/** Throws FunctionError with Go's text. */
function compile(context: CallContext, pattern: string): RE2JS {
  const known = cache.get(pattern);
  if (known !== undefined) {
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  context.spend(compileSteps(pattern));
  try {
    const compiled = RE2JS.compile(textOf(pattern));
    cache.set(pattern, compiled);
    if (cache.size > CACHE_MAX) cache.delete(cache.keys().next().value!);
    return compiled;
  } catch (error) {
    if (error instanceof RE2JSException) throw new FunctionError(error.message);
    throw error;
  }
}

/** Bounded from above by the text alone; classes of Unicode hold hundreds of ranges each. */
function compileSteps(pattern: string): number {
  const classes = pattern.match(/\\p|\(\?\w*i/gi)?.length ?? 0;
  return 20 + 4 * pattern.length * repeatsIn(pattern) + 200 * classes;
}

/** How often the innermost part of a pattern can be repeated at most. */
function repeatsIn(pattern: string): number {
  let product = 1;
  for (const found of pattern.matchAll(/\{(\d+)(?:,(\d+))?/g)) {
    product *= Math.max(1, Number(found[2] ?? found[1]));
    if (product >= REPEATS_MAX) return REPEATS_MAX;
  }
  return product;
}

function spendSearch(context: CallContext, regex: RE2JS, length: number): void {
  context.spend(1 + Math.floor((length * (regex.programSize() + 4)) / SEARCH_PER_STEP));
}

/** Whether a pattern matches anywhere in a text; both are byte strings. */
export function matches(context: CallContext, pattern: string, bytes: string): boolean {
  const regex = compile(context, pattern);
  spendSearch(context, regex, bytes.length);
  return regex.test(textOf(bytes));
}

/** All matches of a pattern replaced; all are byte strings. */
export function replaceAll(
  context: CallContext,
  pattern: string,
  replacement: string,
  bytes: string,
): string {
  const regex = compileOrPanic(context, pattern);
  const text = textOf(bytes);
  const parts = parseReplacement(replacement, regex);
  const matcher = regex.matcher(text);
  let out = '';
  let copied = 0;
  let from = 0;
  const looksFar = /[*+{]/.test(pattern);
  while (from <= text.length) {
    if (looksFar) spendSearch(context, regex, text.length - from);
    const isFound = matcher.find(from);
    const end = isFound ? matcher.end() : text.length;
    if (!looksFar) spendSearch(context, regex, end - from + pattern.length);
    if (!isFound) break;
    const start = matcher.start();
    out += text.slice(copied, start);
    if (end > copied || start === 0) {
      for (const part of parts) out += typeof part === 'string' ? part : (matcher.group(part) ?? '');
    }
    context.checkSize(out.length);
    copied = end;
    const width = (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
    from = Math.max(from + width, end);
  }
  const result = bytesOf(out + text.slice(copied));
  context.checkSize(result.length);
  context.spendBytes(result.length);
  return result;
}

/** Go's MustCompile: the same complaint with the pattern in front. */
function compileOrPanic(context: CallContext, pattern: string): RE2JS {
  try {
    return compile(context, pattern);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const shown = canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern);
    throw new FunctionError(`regexp: Compile(${textOf(shown)}): ${error.message}`);
  }
}

/** Texts and numbers of groups; a group that there isn't stands for nothing. */
function parseReplacement(replacement: string, regex: RE2JS): (string | number)[] {
  const groups = regex.groupCount();
  const names = new Map(Object.entries(regex.namedGroups() as Record<string, number>));
  const parts: (string | number)[] = [];
  const template = /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
  const text = textOf(replacement);
  let copied = 0;
  for (const found of text.matchAll(template)) {
    parts.push(text.slice(copied, found.index));
    copied = found.index + found[0].length;
    const name = found[2] ?? found[3];
    if (name === undefined) parts.push('$');
    else {
      const group = /^\d{1,8}$/.test(name) ? Number(name) : names.get(name);
      if (group !== undefined && group <= groups) parts.push(group);
    }
  }
  parts.push(text.slice(copied));
  return parts.filter((part) => part !== '');
}
