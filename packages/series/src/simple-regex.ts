// Regular expressions that need no regular expression: alternatives of literal text with `.*` and `.+` between.
//
// 1. The pattern is read as alternatives, each a run of literal characters, `.*`, `.+` and groups of the same.
//    Groups are multiplied out. Whatever else occurs, or too many alternatives, and it is not a simple one.
// 2. Alternatives without wildcards are a set of texts, which an index can look up.
// 3. Others are matched from left to right: the beginning, each inner piece at the first place where it fits, the end.
//    The first place is the best one, as what follows may begin anywhere behind it.
//
// As in Prometheus the whole text must match, and the dot matches a newline too.

const ALTERNATIVES_MAX = 4096;
/** Each of these is tried in turn, and each wildcard in turn. */
const GLOBS_MAX = 64;
const GAPS_MAX = 64;
/** How often something is put behind something else while a pattern is read: keeps reading it linear. */
const JOINS_MAX = 100_000;
/** Groups in groups; nobody writes more by hand. */
const DEPTH_MAX = 16;
const SPECIAL = /[\\.+*?()|[\]{}^$]/;
/** Escaped, these are themselves; letters and digits mean something. */
const ESCAPED = /[\\.+*?()|[\]{}^$\-/_:;,<>=!@#%&~'" ]/;

/** Literal pieces with wildcards between, one fewer than pieces. Only the first and the last piece may be empty. */
interface Glob {
  readonly pieces: readonly string[];
  /** How many characters each wildcard takes at least: 0 for `.*`, 1 for `.+`. */
  readonly gaps: readonly number[];
}

export interface SimpleRegex {
  test(text: string): boolean;
  /** All texts that match, when they are finitely many. */
  readonly texts: readonly string[] | undefined;
}

/** A pattern as a simple one, or undefined when it isn't (or isn't valid). */
export function simpleRegex(pattern: string): SimpleRegex | undefined {
  // Halves of characters stand for bytes that are no UTF-8: what a wildcard makes of them is for the engine to say.
  if (/\p{Surrogate}/u.test(pattern)) return undefined;
  const reader = new Reader(pattern);
  const globs = reader.alternatives(0);
  if (globs === undefined || !reader.isAtEnd) return undefined;
  if (globs.every(({ gaps }) => gaps.length === 0)) {
    const texts = new Set(globs.map(({ pieces }) => pieces[0]!));
    if (texts.size > 1) return { test: (text) => texts.has(text), texts: [...texts] };
    const [only] = texts;
    return { test: (text) => text === only, texts: [only!] };
  }
  if (globs.length === 1) {
    const [glob] = globs as [Glob];
    return { test: (text) => matches(glob, text), texts: undefined };
  }
  if (globs.length > GLOBS_MAX) return undefined;
  return { test: (text) => globs.some((glob) => matches(glob, text)), texts: undefined };
}

/** The text that everything which matches begins with; '' when that isn't plain to see. */
export function literalPrefix(pattern: string): string {
  // An alternative, a flag or half a character could stand anywhere.
  if (pattern.includes('|') || pattern.includes('(?') || /\p{Surrogate}/u.test(pattern)) return '';
  let length = 0;
  while (length < pattern.length && !SPECIAL.test(pattern[length]!)) length++;
  // What follows may be about the last character, which may be two units.
  if (length === pattern.length) return pattern;
  return Array.from(pattern.slice(0, length)).slice(0, -1).join('');
}

function matches({ pieces, gaps }: Glob, text: string): boolean {
  const first = pieces[0]!;
  if (gaps.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < gaps.length; i++) {
    const found = text.indexOf(pieces[i]!, at + gaps[i - 1]!);
    if (found < 0) return false;
    at = found + pieces[i]!.length;
  }
  const last = pieces[gaps.length]!;
  return text.length - last.length >= at + gaps[gaps.length - 1]! && text.endsWith(last);
}

const NOTHING: Glob = { pieces: [''], gaps: [] };

class Reader {
  readonly #pattern: string;
  #at = 0;
  #joins = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#pattern.length;
  }

  /** Up to the end or a closing parenthesis. */
  alternatives(depth: number): Glob[] | undefined {
    if (depth > DEPTH_MAX) return undefined;
    const all: Glob[] = [];
    for (;;) {
      const next = this.#sequence(depth);
      if (next === undefined || all.length + next.length > ALTERNATIVES_MAX) return undefined;
      for (const glob of next) all.push(glob);
      if (this.#pattern[this.#at] !== '|') return all;
      this.#at++;
    }
  }

  #sequence(depth: number): Glob[] | undefined {
    let globs: Glob[] | undefined = [NOTHING];
    while (!this.isAtEnd && this.#pattern[this.#at] !== '|' && this.#pattern[this.#at] !== ')') {
      const next = this.#item(depth);
      if (next === undefined || globs.length * next.length > ALTERNATIVES_MAX) return undefined;
      this.#joins += globs.length * next.length;
      if (this.#joins > JOINS_MAX) return undefined;
      globs = product(globs, next);
      if (globs === undefined) return undefined;
    }
    return globs;
  }

  /** A run of literal characters, a wildcard or a group, without anything behind that would change its meaning. */
  #item(depth: number): Glob[] | undefined {
    const pattern = this.#pattern;
    if (pattern[this.#at] === '(') {
      this.#at++;
      if (pattern.startsWith('?:', this.#at)) this.#at += 2;
      const globs = this.alternatives(depth + 1);
      if (globs === undefined || pattern[this.#at] !== ')') return undefined;
      this.#at++;
      return this.#isRepeated() ? undefined : globs;
    }
    if (pattern[this.#at] === '.') {
      const repeat = pattern[this.#at + 1];
      if (repeat !== '*' && repeat !== '+') return undefined;
      this.#at += 2;
      return this.#isRepeated() ? undefined : [{ pieces: ['', ''], gaps: [repeat === '*' ? 0 : 1] }];
    }
    let text = '';
    for (; !this.isAtEnd; this.#at++) {
      const unit = pattern[this.#at]!;
      if (unit === '\\') {
        const escaped = pattern[this.#at + 1];
        if (escaped === undefined || !ESCAPED.test(escaped)) return undefined;
        text += escaped;
        this.#at++;
      } else if (SPECIAL.test(unit)) break;
      else text += unit;
    }
    return text === '' || this.#isRepeated() ? undefined : [{ pieces: [text], gaps: [] }];
  }

  #isRepeated(): boolean {
    const next = this.#pattern[this.#at];
    return next !== undefined && '*+?{'.includes(next);
  }
}

function product(before: readonly Glob[], after: readonly Glob[]): Glob[] | undefined {
  const all: Glob[] = [];
  for (const a of before) {
    for (const b of after) {
      const glob = joined(a, b);
      if (glob === undefined) return undefined;
      all.push(glob);
    }
  }
  return all;
}

/** One behind the other; undefined for too many, and for `.+.+`, whose two characters may be two units or four. */
function joined(a: Glob, b: Glob): Glob | undefined {
  const seam = a.pieces[a.pieces.length - 1]! + b.pieces[0]!;
  const [before, after] = [a.pieces.slice(0, -1), b.pieces.slice(1)];
  if (seam !== '' || a.gaps.length === 0 || b.gaps.length === 0) {
    if (a.gaps.length + b.gaps.length > GAPS_MAX) return undefined;
    return { pieces: [...before, seam, ...after], gaps: [...a.gaps, ...b.gaps] };
  }
  const gap = a.gaps[a.gaps.length - 1]! + b.gaps[0]!;
  if (gap > 1) return undefined;
  return { pieces: [...before, ...after], gaps: [...a.gaps.slice(0, -1), gap, ...b.gaps.slice(1)] };
}
