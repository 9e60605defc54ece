// What the parsing functions read from: the lexer one token ahead, and where an error stands.
//
// A token is only read from the text when somebody asks for it. So a fault of what was parsed (an
// unknown function) is told before a fault of the text behind it, as Prometheus does.

import { quote } from '@ampere/go-text';
import type { Position } from './ast.ts';
import type { ParseError } from './errors.ts';
import { Lexer } from './lexer.ts';
import { LiteralError, unquote } from './literals.ts';
import { DEPTH_MAX, type ParseOptions } from './options.ts';
import { describeToken, type TokenKind } from './tokens.ts';

/** What the error text says about the place of an unexpected token: ` in X, expected Y`. */
export interface ErrorContext {
  readonly where: string;
  readonly expected: string;
}

export class TokenStream {
  readonly options: ParseOptions;
  /** The innermost construct that unexpected tokens are blamed on, or null. */
  context: ErrorContext | null = null;
  /** End of the last token read that can end an expression. */
  lastClosing = 0;
  /** How deep the parsing functions are nested. */
  level = 0;

  readonly #lexer: Lexer;
  #ahead = false;

  constructor(text: string, options: ParseOptions) {
    this.#lexer = new Lexer(text);
    this.options = options;
  }

  /** The text, one character a byte. */
  get bytes(): string {
    return this.#lexer.input;
  }

  /** Kind of the token at hand. */
  peek(): TokenKind {
    this.#read();
    return this.#lexer.kind;
  }

  /** Its text. */
  get text(): string {
    this.#read();
    return this.#lexer.text;
  }

  /** Its place. */
  get position(): Position {
    this.#read();
    return { start: this.#lexer.start, end: this.#lexer.end };
  }

  get start(): number {
    this.#read();
    return this.#lexer.start;
  }

  /** The value of the string token at hand. */
  get stringValue(): string {
    this.#read();
    return unquote(this.bytes.slice(this.#lexer.start, this.#lexer.end));
  }

  /** Whether the token at hand is a word (in any case of letters) that is no keyword. */
  isWord(word: string): boolean {
    return this.peek() === 'identifier' && this.text.toLowerCase() === word;
  }

  /** Whether the token at hand is followed by this character. */
  isFollowedBy(character: string): boolean {
    this.#read();
    return this.#lexer.isFollowedBy(character);
  }

  #read(): void {
    if (this.#ahead) return;
    this.#lexer.next();
    this.#ahead = true;
    switch (this.#lexer.kind) {
      case '}':
      case ')':
      case ']':
      case 'duration':
      case 'number':
        this.lastClosing = this.#lexer.end;
    }
  }

  /** Goes on to the next token. */
  advance(): void {
    this.#read();
    this.#ahead = false;
  }

  /** Goes on if the token at hand is of this kind. */
  accept(kind: TokenKind): boolean {
    if (this.peek() !== kind) return false;
    this.#ahead = false;
    return true;
  }

  /** Goes on from a token of this kind; any other is an error. */
  expect(kind: TokenKind): void {
    if (!this.accept(kind)) throw this.unexpected();
  }

  /** The token at hand can't stand here. `context` is where, instead of the construct around. */
  unexpected(context: ErrorContext | null = this.context): ParseError {
    let message = `unexpected ${describeToken(this.peek(), this.text, quote)}`;
    if (context !== null) {
      message += ` in ${context.where}`;
      if (context.expected !== '') message += `, expected ${context.expected}`;
    }
    return this.error(message, this.position);
  }

  error(message: string, position: Position): ParseError {
    return this.#lexer.error(message, position.start, position.end);
  }

  /** Runs `parse`, giving a literal without a value the place of the token at hand. */
  literal<T>(parse: (text: string) => T): T {
    try {
      return parse(this.text);
    } catch (error) {
      if (error instanceof LiteralError) throw this.error(error.message, this.position);
      throw error;
    }
  }

  /** Enters a deeper level of nesting; `leave` must follow. */
  enter(): void {
    if (++this.level > DEPTH_MAX) throw this.tooDeep();
  }

  leave(): void {
    this.level--;
  }

  tooDeep(): ParseError {
    return this.error(`expression is nested deeper than ${DEPTH_MAX} levels`, this.position);
  }
}
