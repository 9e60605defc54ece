import { compileRegex, type RegexMatch } from './regex.ts';

export type MatchKind = '=' | '!=' | '=~' | '!~';

/** One condition on one label. A missing label has the empty value. */
export class Matcher {
  readonly name: string;
  readonly kind: MatchKind;
  readonly value: string;
  readonly #regex: RegexMatch | null;

  /** Throws when `value` is not a valid regular expression and one is asked for. */
  constructor(name: string, kind: MatchKind, value: string) {
    this.name = name;
    this.kind = kind;
    this.value = value;
    this.#regex = kind === '=~' || kind === '!~' ? compileRegex(value) : null;
  }

  matches(value: string): boolean {
    switch (this.kind) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.#regex!.test(value);
      case '!~':
        return !this.#regex!.test(value);
    }
  }

  /** All values that `=~` takes, when it is alternatives of literal text: an index can look them up. */
  get texts(): readonly string[] | undefined {
    return this.kind === '=~' ? this.#regex!.texts : undefined;
  }

  /** Whether a series without the label is taken. */
  get matchesEmpty(): boolean {
    return this.matches('');
  }
}
