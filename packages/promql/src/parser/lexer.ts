// The lexer: one token at a time, on demand.
//
// It works on bytes: a text that is not pure ASCII is first turned into a string with one character
// for each byte of its UTF-8, so that every index is a position as Prometheus counts it.
//
// 1. Outside braces and brackets (`statements`) words may be keywords; inside braces they never are.
// 2. After `[` a duration expression is read until the first number; from there on the general rules
//    hold again, but a word can only be one of the duration functions.
// 3. Wrong text throws a ParseError at once; nothing after it is looked at.
//
// Which characters belong to a wrong number, and at which position an error stands, follows
// Prometheus' lexer, because both are visible in error texts.

import { describeRune, quote, quoteRune } from '@ampere/go-text';
import { ParseError } from './errors.ts';
import { textOfBytes } from './text-of-bytes.ts';
import { type TokenKind, WORDS } from './tokens.ts';

const DURATION_WORDS: ReadonlySet<string> = new Set(['step', 'range', 'min', 'max', 'min_of', 'max_of']);
const DECIMAL = '0123456789';
const HEX = '0123456789abcdefABCDEF';

export class Lexer {
  /** One character for each byte of the UTF-8 text. */
  readonly input: string;
  /** The current token. */
  kind: TokenKind = 'eof';
  start = 0;
  end = 0;

  #position = 0;
  #parenDepth = 0;
  #inBraces = false;
  #inBrackets = false;
  /** After `[`, before its first number. */
  #inDurationHead = false;
  #sawColon = false;
  #sawDuration = false;

  constructor(text: string) {
    this.input = isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
  }

  /** The current token as it was written, decoded. */
  get text(): string {
    return textOfBytes(this.input.slice(this.start, this.end));
  }

  /** The error `message` about the bytes from `start` on, with line and column in front. */
  error(message: string, start: number, end: number): ParseError {
    let line = 1;
    let lineStart = 0;
    for (let at = this.input.indexOf('\n'); at >= 0 && at < start; at = this.input.indexOf('\n', at + 1)) {
      line++;
      lineStart = at + 1;
    }
    const place = this.input === '' ? 'unknown position' : `${line}:${start - lineStart + 1}`;
    return new ParseError(`${place}: parse error: ${message}`, start, end);
  }

  /** Whether the next thing after the current token and spaces is this character. */
  isFollowedBy(character: string): boolean {
    let at = this.#position;
    while (isSpace(this.input.charCodeAt(at))) at++;
    return this.input[at] === character;
  }

  /** Reads the next token. */
  next(): void {
    this.#skipBlank();
    this.start = this.#position;
    if (this.#inBraces) this.kind = this.#lexInsideBraces();
    else if (this.#inDurationHead) this.kind = this.#lexDurationHead();
    else this.kind = this.#lexStatement();
    this.end = this.#position;
  }

  #skipBlank(): void {
    const { input } = this;
    for (;;) {
      const code = input.charCodeAt(this.#position);
      if (isSpace(code)) {
        this.#position++;
      } else if (code === 0x23 && !this.#inDurationHead) {
        // A comment goes to the end of the line.
        while (this.#position < input.length && !isEndOfLine(input.charCodeAt(this.#position))) {
          this.#position++;
        }
      } else {
        return;
      }
    }
  }

  #fail(message: string): never {
    throw this.error(message, this.start, this.input.length);
  }

  /** The error of a token that was taken already: it stands behind it. */
  #failBehind(message: string): never {
    throw this.error(message, this.#position, this.input.length);
  }

  #emit(kind: TokenKind, length: number): TokenKind {
    this.#position = this.start + length;
    return kind;
  }

  #lexStatement(): TokenKind {
    const { input, start } = this;
    if (start >= input.length) {
      if (this.#parenDepth !== 0) this.#fail('unclosed left parenthesis');
      if (this.#inBrackets) this.#fail('unclosed left bracket');
      return this.#emit('eof', 0);
    }
    const character = input[start]!;
    const following = input[start + 1];
    switch (character) {
      case ',':
      case '*':
      case '/':
      case '%':
      case '+':
      case '-':
      case '^':
      case '@':
        return this.#emit(character, 1);
      case '=':
        if (following === '=') return this.#emit('==', 2);
        if (following === '~') return this.#fail(`unexpected character after '=': '~'`);
        return this.#emit('=', 1);
      case '!':
        if (following === '=') return this.#emit('!=', 2);
        return this.#fail(`unexpected character after '!': ${this.#runeAt(start + 1)}`);
      case '<':
        if (following === '=') return this.#emit('<=', 2);
        if (following === '/') return this.#emit('</', 2);
        return this.#emit('<', 1);
      case '>':
        if (following === '=') return this.#emit('>=', 2);
        if (following === '/') return this.#emit('>/', 2);
        return this.#emit('>', 1);
      case '"':
      case "'":
        return this.#lexString(character);
      case '`':
        return this.#lexRawString();
      case '(':
        this.#parenDepth++;
        return this.#emit('(', 1);
      case ')':
        return this.#closeParen();
      case '{':
        this.#inBraces = true;
        return this.#emit('{', 1);
      case '[':
        if (this.#inBrackets) this.#fail(`unexpected left bracket '['`);
        this.#sawColon = false;
        this.#inBrackets = true;
        this.#inDurationHead = true;
        return this.#emit('[', 1);
      case ']':
        if (!this.#inBrackets) this.#fail(`unexpected right bracket ']'`);
        this.#inBrackets = false;
        return this.#emit(']', 1);
    }
    if (isDigit(character) || (character === '.' && isDigit(following))) return this.#lexNumberOrDuration();
    if (isAlpha(character) || character === ':') {
      if (this.#inBrackets) return this.#lexBracketWord(character);
      return this.#lexWord();
    }
    this.#fail(`unexpected character: ${this.#runeAt(start)}`);
  }

  #closeParen(): TokenKind {
    this.#emit(')', 1);
    this.#parenDepth--;
    if (this.#parenDepth < 0) this.#failBehind(`unexpected right parenthesis ')'`);
    return ')';
  }

  #lexInsideBraces(): TokenKind {
    const { input, start } = this;
    if (start >= input.length) this.#fail('unexpected end of input inside braces');
    const character = input[start]!;
    const following = input[start + 1];
    switch (character) {
      case ',':
        return this.#emit(',', 1);
      case '"':
      case "'":
        return this.#lexString(character);
      case '`':
        return this.#lexRawString();
      case '=':
        return following === '~' ? this.#emit('=~', 2) : this.#emit('=', 1);
      case '!':
        if (following === '~') return this.#emit('!~', 2);
        if (following === '=') return this.#emit('!=', 2);
        return this.#fail(`unexpected character after '!' inside braces: ${this.#runeAt(start + 1)}`);
      case '{':
        return this.#fail(`unexpected left brace '{'`);
      case '}':
        this.#inBraces = false;
        return this.#emit('}', 1);
    }
    if (!isAlpha(character)) this.#fail(`unexpected character inside braces: ${this.#runeAt(start)}`);
    let end = start + 1;
    while (isAlphaNumeric(input[end])) end++;
    return this.#emit('identifier', end - start);
  }

  /** Between `[` and the first number. */
  #lexDurationHead(): TokenKind {
    const { input, start } = this;
    if (start >= input.length) this.#fail('unexpected end of input in duration expression');
    const character = input[start]!;
    switch (character) {
      case ']':
        this.#inBrackets = false;
        this.#inDurationHead = false;
        this.#sawColon = false;
        return this.#emit(']', 1);
      case ':':
        this.#emit(':', 1);
        if (!this.#sawDuration) {
          this.#failBehind('unexpected colon before duration in duration expression');
        }
        if (this.#sawColon) this.#failBehind('unexpected repeated colon in duration expression');
        this.#sawColon = true;
        return ':';
      case '(':
        this.#parenDepth++;
        return this.#emit('(', 1);
      case ')':
        return this.#closeParen();
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '^':
        return this.#emit(character, 1);
    }
    if (isDigit(character) || (character === '.' && isDigit(input[start + 1]))) {
      this.#sawDuration = true;
      this.#inDurationHead = false;
      return this.#lexNumberOrDuration();
    }
    const end = this.#durationWordEnd();
    if (end < 0) this.#fail(`unexpected character in duration expression: ${this.#runeAt(start)}`);
    this.#sawDuration = true;
    this.#inDurationHead = false;
    return this.#emit('identifier', end - start);
  }

  /** A word or colon between brackets, after the first number. */
  #lexBracketWord(character: string): TokenKind {
    const end = character === ':' ? -1 : this.#durationWordEnd();
    if (end >= 0) return this.#emit('identifier', end - this.start);
    if (this.#sawColon) this.#fail(`unexpected colon ${quoteRune(character)}`);
    if (character !== ':') this.#fail(`unexpected character: ${quoteRune(character)}, expected ':'`);
    this.#sawColon = true;
    return this.#emit(':', 1);
  }

  /** Where the duration function that begins here ends, or -1. */
  #durationWordEnd(): number {
    let end = this.start;
    while (isAlpha(this.input[end])) end++;
    return DURATION_WORDS.has(this.input.slice(this.start, end).toLowerCase()) ? end : -1;
  }

  #lexWord(): TokenKind {
    const { input, start } = this;
    let end = start + 1;
    let colon = input[start] === ':';
    for (; end < input.length; end++) {
      if (input[end] === ':') colon = true;
      else if (!isAlphaNumeric(input[end])) break;
    }
    // The longest word with a meaning has 12 letters; long names need no look-up.
    const kind = end - start <= 12 ? WORDS.get(input.slice(start, end).toLowerCase()) : undefined;
    return this.#emit(kind ?? (colon ? 'metric-identifier' : 'identifier'), end - start);
  }

  #lexString(mark: string): TokenKind {
    const { input } = this;
    let at = this.start + 1;
    for (; ; at++) {
      const character = input[at];
      if (character === undefined || character === '\n') this.#fail('unterminated quoted string');
      if (character === mark) break;
      if (character === '\\') at = this.#checkEscape(at + 1, mark);
      else if (character === '\xef' && input.startsWith('\xef\xbf\xbd', at)) this.#fail('invalid UTF-8 rune');
    }
    return this.#emit('string', at + 1 - this.start);
  }

  #lexRawString(): TokenKind {
    const end = this.input.indexOf('`', this.start + 1);
    const body = this.input.slice(this.start + 1, end < 0 ? this.input.length : end);
    if (body.includes('\xef\xbf\xbd')) this.#fail('invalid UTF-8 rune');
    if (end < 0) this.#fail('unterminated raw string');
    return this.#emit('string', end + 1 - this.start);
  }

  /** Checks the escape whose letter is at `at`; returns the index of its last character. */
  #checkEscape(at: number, mark: string): number {
    const letter = this.input[at];
    if (letter === undefined) this.#fail('escape sequence not terminated');
    if (letter === mark || 'abfnrtv\\'.includes(letter)) return at;
    let base = 16;
    let digits = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    let maximum = letter === 'x' ? 0xff : 0x10ffff;
    let from = at + 1;
    if (letter >= '0' && letter <= '7') {
      base = 8;
      digits = 3;
      maximum = 0xff;
      from = at;
    }
    if (digits === 0) this.#fail(`unknown escape sequence ${describeRune(this.#characterAt(at))}`);
    let value = 0;
    for (let i = from; i < from + digits; i++) {
      const digit = HEX.indexOf(this.input[i] ?? ' ');
      const number = digit > 15 ? digit - 6 : digit;
      if (number < 0 || number >= base) {
        if (i >= this.input.length) this.#fail('escape sequence not terminated');
        this.#fail(`illegal character ${describeRune(this.#characterAt(i))} in escape sequence`);
      }
      value = value * base + number;
    }
    if (value > maximum || (value >= 0xd800 && value < 0xe000)) {
      this.#fail('escape sequence is an invalid Unicode code point');
    }
    return from + digits - 1;
  }

  #lexNumberOrDuration(): TokenKind {
    if (this.#scanNumber()) return 'number';
    if (this.#scanDuration()) return 'duration';
    this.#fail(`bad number or duration syntax: ${quote(this.input.slice(this.start, this.#position))}`);
  }

  #accept(set: string): boolean {
    const character = this.input[this.#position];
    if (character === undefined || !set.includes(character)) return false;
    this.#position++;
    return true;
  }

  /** Takes what looks like a number; false where it is none, with the position behind the culprit. */
  #scanNumber(): boolean {
    let digits = DECIMAL;
    if (this.#accept('0') && this.#accept('xX')) {
      this.#accept('_');
      digits = HEX;
    }
    this.#accept('.');
    this.#accept(digits);
    let point = false;
    let exponent = false;
    for (;;) {
      const character = this.input[this.#position];
      if (character === undefined) break;
      // An `e` right after a sign, point or other `e` is an exponent even in a hexadecimal number.
      if (character === '.') {
        this.#position++;
        if (point || this.#accept('_.') || digits === HEX) return false;
        point = true;
      } else if (character === 'e' || character === 'E') {
        this.#position++;
        if (exponent) return false;
        exponent = true;
        this.#accept('+-');
        if (this.#accept('._eE') || this.#position >= this.input.length) return false;
      } else if (character === '_') {
        this.#position++;
        if (this.#accept('._eE') || this.#position >= this.input.length) return false;
      } else if (digits.includes(character)) {
        while (this.#accept(digits));
      } else {
        break;
      }
    }
    return !isAlphaNumeric(this.input[this.#position]);
  }

  /** Goes on from a whole number as a duration: units, each but the first after digits. */
  #scanDuration(): boolean {
    if (!this.#accept('smhdwy')) return false;
    this.#accept('s');
    while (this.#accept(DECIMAL)) {
      while (this.#accept(DECIMAL));
      if (!this.#accept('smhdw')) return false;
      this.#accept('s');
    }
    if (!isAlphaNumeric(this.input[this.#position])) return true;
    this.#position++;
    return false;
  }

  #characterAt(at: number): string {
    const character = [...textOfBytes(this.input.slice(at, at + 4))][0] ?? '';
    return /\p{Cs}/u.test(character) ? '\ufffd' : character;
  }

  #runeAt(at: number): string {
    // Go's "end of file" rune is -1, which %q shows as the replacement character.
    return quoteRune(at < this.input.length ? this.#characterAt(at) : '\ufffd');
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function isEndOfLine(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isAlpha(character: string | undefined): boolean {
  if (character === undefined) return false;
  return (
    (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character === '_'
  );
}

function isAlphaNumeric(character: string | undefined): boolean {
  return isAlpha(character) || isDigit(character);
}
