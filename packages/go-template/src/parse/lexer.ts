// Cuts a template text into tokens. Text and token values are byte strings, positions are bytes.
//
// 1. Outside of actions everything up to `{{` is one text token. A trim marker (`{{- ` and ` -}}`)
//    takes the white space next to it away; a comment `{{/* … */}}` leaves nothing.
// 2. Inside, tokens are cut one by one; runs of white space are tokens too, for `a .b` and `a.b` differ.
// 3. An error is the last token: its value is the text, the parser reports it where it meets it.

import { isDigit, isLetter, runeAt } from '../bytes.ts';
import { describeRune, quote } from '../format/quote.ts';

export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'leftDelim'
  | 'rightDelim'
  | 'leftParen'
  | 'rightParen'
  | 'space'
  | 'pipe'
  | 'assign'
  | 'declare'
  | 'char'
  | 'charConstant'
  | 'string'
  | 'rawString'
  | 'number'
  | 'complex'
  | 'bool'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'dot'
  | 'nil'
  | Keyword;

export type Keyword =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'range'
  | 'template'
  | 'with';

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]);

export interface Token {
  readonly kind: TokenKind;
  readonly at: number;
  readonly text: string;
  readonly line: number;
}

/** A token as parse errors show it. */
export function describeToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.text;
  if (KEYWORDS.has(token.kind) || token.kind === 'dot' || token.kind === 'nil') return `<${token.text}>`;
  if (token.text.length <= 10) return quote(token.text);
  let end = 0;
  for (let runes = 0; runes < 10; runes++) end += runeAt(token.text, end).size;
  return `${quote(token.text.slice(0, end))}...`;
}

const SPACE = ' \t\r\n';
const isSpace = (byte: string | undefined) => byte !== undefined && byte !== '' && SPACE.includes(byte);

export class Lexer {
  readonly #input: string;
  #at = 0;
  #line = 1;
  #isInAction = false;
  #parenDepth = 0;
  #last: Token | undefined;

  constructor(input: string) {
    this.#input = input;
  }

  /** The next token; after the end or an error the same one again. */
  next(): Token {
    if (this.#last !== undefined) return this.#last;
    const token = this.#isInAction ? this.#inAction() : this.#outside();
    if (token.kind === 'eof' || token.kind === 'error') this.#last = token;
    return token;
  }

  #token(kind: TokenKind, from: number, to: number): Token {
    const text = this.#input.slice(from, to);
    const token = { kind, at: from, text, line: this.#line };
    this.#at = to;
    this.#countLines(text);
    return token;
  }

  #error(message: string, from: number): Token {
    return { kind: 'error', at: from, text: message, line: this.#line };
  }

  #countLines(text: string): void {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#line++;
  }

  #skipTo(to: number): void {
    this.#countLines(this.#input.slice(this.#at, to));
    this.#at = to;
  }

  #skipSpace(): void {
    let to = this.#at;
    while (isSpace(this.#input[to])) to++;
    this.#skipTo(to);
  }

  #outside(): Token {
    const input = this.#input;
    for (;;) {
      const start = this.#at;
      const open = input.indexOf('{{', start);
      if (open < 0) {
        if (start < input.length) return this.#token('text', start, input.length);
        return this.#token('eof', start, start);
      }
      const isTrimmed = input[open + 2] === '-' && isSpace(input[open + 3]);
      let end = open;
      if (isTrimmed) while (end > start && isSpace(input[end - 1])) end--;
      if (end > start) return this.#token('text', start, end);
      this.#skipTo(open);
      const inside = open + (isTrimmed ? 4 : 2);
      if (!input.startsWith('/*', inside)) {
        const token = this.#token('leftDelim', open, open + 2);
        this.#skipTo(inside);
        this.#isInAction = true;
        this.#parenDepth = 0;
        return token;
      }
      const wrong = this.#skipComment(inside);
      if (wrong !== undefined) return wrong;
    }
  }

  /** Moves behind a comment; gives an error token when it isn't closed. */
  #skipComment(inside: number): Token | undefined {
    const close = this.#input.indexOf('*/', inside);
    if (close < 0) return this.#error('unclosed comment', inside);
    this.#skipTo(close + 2);
    const end = this.#rightDelimAt(this.#at);
    if (end === undefined) return this.#error('comment ends before closing delimiter', inside);
    this.#skipTo(end.to);
    if (end.isTrimmed) this.#skipSpace();
    return undefined;
  }

  /** The closing delimiter at a place, with its trim marker. */
  #rightDelimAt(at: number): { from: number; to: number; isTrimmed: boolean } | undefined {
    const input = this.#input;
    if (isSpace(input[at]) && input.startsWith('-}}', at + 1)) {
      return { from: at + 2, to: at + 4, isTrimmed: true };
    }
    return input.startsWith('}}', at) ? { from: at, to: at + 2, isTrimmed: false } : undefined;
  }

  #inAction(): Token {
    const input = this.#input;
    const start = this.#at;
    const end = this.#rightDelimAt(start);
    if (end !== undefined) {
      if (this.#parenDepth > 0) return this.#error('unclosed left paren', start);
      this.#skipTo(end.from);
      const token = this.#token('rightDelim', end.from, end.to);
      if (end.isTrimmed) this.#skipSpace();
      this.#isInAction = false;
      return token;
    }
    const byte = input[start];
    if (byte === undefined) return this.#error('unclosed action', start);
    if (isSpace(byte)) return this.#space(start);
    switch (byte) {
      case '=':
        return this.#token('assign', start, start + 1);
      case ':':
        if (input[start + 1] !== '=') return this.#error('expected :=', start);
        return this.#token('declare', start, start + 2);
      case '|':
        return this.#token('pipe', start, start + 1);
      case '"':
        return this.#quoted(start, '"', 'string', 'unterminated quoted string');
      case "'":
        return this.#quoted(start, "'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.#rawString(start);
      case '$':
        return this.#fieldOrVariable(start, 'variable');
      case '(':
        this.#parenDepth++;
        return this.#token('leftParen', start, start + 1);
      case ')':
        // One too many is for the parser to notice.
        this.#parenDepth--;
        return this.#token('rightParen', start, start + 1);
      case '.':
        // A point before a digit begins a number.
        if (!/^\d$/.test(input[start + 1] ?? '')) return this.#fieldOrVariable(start, 'field');
        return this.#number(start);
    }
    if (/^[+\-0-9]$/.test(byte)) return this.#number(start);
    const { code } = runeAt(input, start);
    if (isWordRune(code)) return this.#identifier(start);
    if (code > 0x20 && code < 0x7f) return this.#token('char', start, start + 1);
    return this.#error(`unrecognized character in action: ${describeRune(code)}`, start);
  }

  #space(start: number): Token {
    let end = start;
    while (isSpace(this.#input[end])) end++;
    // The last blank may belong to a trim marker.
    if (this.#input.startsWith('-}}', end)) end--;
    if (end === start) return this.#inAction();
    return this.#token('space', start, end);
  }

  #quoted(start: number, mark: string, kind: TokenKind, complaint: string): Token {
    const input = this.#input;
    for (let at = start + 1; at < input.length; at++) {
      const byte = input[at];
      if (byte === '\n') break;
      if (byte === mark) return this.#token(kind, start, at + 1);
      if (byte === '\\') {
        at++;
        if (input[at] === '\n') break;
      }
    }
    return this.#error(complaint, start);
  }

  #rawString(start: number): Token {
    const close = this.#input.indexOf('`', start + 1);
    if (close < 0) return this.#error('unterminated raw quoted string', start);
    return this.#token('rawString', start, close + 1);
  }

  #identifier(start: number): Token {
    const end = this.#wordEnd(start);
    if (!this.#isTerminator(end)) return this.#badCharacter(end, start);
    const word = this.#input.slice(start, end);
    if (KEYWORDS.has(word)) return this.#token(word as Keyword, start, end);
    if (word === 'nil') return this.#token('nil', start, end);
    return this.#token(word === 'true' || word === 'false' ? 'bool' : 'identifier', start, end);
  }

  #fieldOrVariable(start: number, kind: 'field' | 'variable'): Token {
    if (this.#isTerminator(start + 1)) {
      return this.#token(kind === 'field' ? 'dot' : 'variable', start, start + 1);
    }
    const end = this.#wordEnd(start + 1);
    if (!this.#isTerminator(end)) return this.#badCharacter(end, start);
    return this.#token(kind, start, end);
  }

  #badCharacter(at: number, start: number): Token {
    return this.#error(`bad character ${describeRune(runeAt(this.#input, at).code)}`, start);
  }

  #wordEnd(start: number): number {
    let end = start;
    for (;;) {
      const { code, size } = runeAt(this.#input, end);
      if (!isWordRune(code)) return end;
      end += size;
    }
  }

  /** Whether a name can end here. */
  #isTerminator(at: number): boolean {
    const byte = this.#input[at];
    return byte === undefined || isSpace(byte) || '.,|:)('.includes(byte) || this.#input.startsWith('}}', at);
  }

  #number(start: number): Token {
    const first = this.#scanNumber(start);
    if (!first.isGood) return this.#badNumber(start, first.end);
    const sign = this.#input[first.end];
    if (sign !== '+' && sign !== '-') return this.#token('number', start, first.end);
    const second = this.#scanNumber(first.end);
    if (!second.isGood || this.#input[second.end - 1] !== 'i') return this.#badNumber(start, second.end);
    return this.#token('complex', start, second.end);
  }

  #badNumber(start: number, end: number): Token {
    return this.#error(`bad number syntax: ${quote(this.#input.slice(start, end))}`, start);
  }

  /** The extent of what looks like a number; whether it is one is for the parser to say. */
  #scanNumber(start: number): { end: number; isGood: boolean } {
    NUMBER.lastIndex = start;
    let end = start + (NUMBER.exec(this.#input)?.[0].length ?? 0);
    const { code, size } = runeAt(this.#input, end);
    const isGood = !isWordRune(code);
    if (!isGood) end += size;
    return { end, isGood };
  }
}

const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/y;

function isWordRune(code: number): boolean {
  if (code < 0x80) {
    return (
      code === 0x5f ||
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39)
    );
  }
  return isLetter(code) || isDigit(code);
}
