// Reads JSON (RFC 8259) strictly, as a policy needs it: a key that appears twice in one object is an
// error, because two readers could each believe another one, and objects are Maps, so that a key such
// as `__proto__` is a key like others. `JSON.parse` does neither.
//
// Recursive descent over the text; depth is bounded. Strings are found here and decoded by
// `JSON.parse`, which knows escapes.

import { syntaxError } from './policy-error.ts';

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A policy's deepest value is a list in a condition: 6 levels. */
const DEPTH_MAX = 16;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

/** @throws PolicyError that says at which character. */
export function parseJson(text: string): JsonValue {
  return new JsonReader(text).document();
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#at !== this.#text.length) throw this.#error('the end of the document');
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > DEPTH_MAX) throw this.#error(`at most ${DEPTH_MAX} levels`);
    this.#skipBlanks();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    const object = new Map<string, JsonValue>();
    this.#at++;
    if (this.#take('}')) return object;
    do {
      this.#skipBlanks();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') throw this.#error('a key in quotes');
      const key = this.#string();
      if (object.has(key)) throw syntaxError(`the key ${JSON.stringify(key)} appears twice (at ${keyAt})`);
      if (!this.#take(':')) throw this.#error('a colon');
      object.set(key, this.#value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#error('a comma or }');
    return object;
  }

  #array(depth: number): readonly JsonValue[] {
    const array: JsonValue[] = [];
    this.#at++;
    if (this.#take(']')) return array;
    do array.push(this.#value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#error('a comma or ]');
    return array;
  }

  #string(): string {
    const from = this.#at;
    let at = from + 1;
    for (; at < this.#text.length; at++) {
      const char = this.#text.charCodeAt(at);
      if (char === 0x5c) at++;
      else if (char === 0x22) break;
    }
    this.#at = at + 1;
    try {
      return JSON.parse(this.#text.slice(from, this.#at)) as string;
    } catch {
      throw syntaxError(
        `the string at ${from} is not closed or has a character or escape that is not allowed`,
      );
    }
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) throw this.#error('a value');
    this.#at = NUMBER.lastIndex;
    return Number(found[0]);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('a value');
    this.#at += word.length;
    return value;
  }

  #take(char: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charCodeAt(this.#at);
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return;
    }
  }

  #error(expected: string) {
    return syntaxError(`expected ${expected} at ${this.#at}`);
  }
}
