// Builds trees from the tokens of one text: recursive descent, at most three tokens of look-ahead.
//
// 1. At the top level stand text, actions and definitions; `{{define}}` and `{{block}}` put further
//    trees beside the main one.
// 2. A control ({{if}}, {{range}}, {{with}}) takes statements up to its {{end}}; `{{else if}}` is an if
//    inside the else that shares the {{end}}.
// 3. A pipeline is commands between bars; a command is operands between blanks; an operand is a
//    constant, a variable, a function, a field or a pipeline in parentheses, with fields behind it.
//
// Functions and variables are checked here, so an unknown one is an error before anything runs.

import { textOf } from '../bytes.ts';
import { TemplateParseError } from '../errors.ts';
import { quote, unquote } from '../format/quote.ts';
import { goBool, goBytes } from '../values/construct.ts';
import { describeToken, Lexer, type Token, type TokenKind } from './lexer.ts';
import {
  type Branch,
  type Command,
  isEmptyBody,
  type NumberOperand,
  nodeText,
  type Operand,
  type Pipe,
  type SourceText,
  type Statement,
  type TemplateTree,
} from './nodes.ts';
import { readCharConstant, readComplex, readNumber } from './number-literal.ts';

/** Nested controls and parentheses; Go knows no such bound, but its stack grows. */
const NESTING_MAX = 200;

type Ending = { kind: 'end' } | { kind: 'else' };

const OPERAND_STARTS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

const NOT_EXECUTABLE: ReadonlySet<Operand['kind']> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

/**
 * All templates of a text by name, the main one under `source.name`. Throws TemplateParseError with
 * Go's text.
 */
export function parseText(
  source: SourceText,
  isFunction: (name: string) => boolean,
): Map<string, TemplateTree> {
  return new Parser(source, isFunction).parse();
}

/** The variables that can be named; the same name may be declared again further in. */
class Scope {
  readonly #names: string[] = [];
  readonly #counts = new Map<string, number>([['$', 1]]);

  declare(name: string): void {
    this.#names.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  mark(): number {
    return this.#names.length;
  }

  /** Forgets what was declared since the mark. */
  dropTo(mark: number): void {
    for (const name of this.#names.splice(mark)) this.#counts.set(name, this.#counts.get(name)! - 1);
  }
}

class Parser {
  readonly #source: SourceText;
  readonly #isFunction: (name: string) => boolean;
  readonly #lexer: Lexer;
  readonly #trees = new Map<string, TemplateTree>();
  /** Tokens read ahead, the next one last. */
  readonly #ahead: Token[] = [];
  /** Line of the last token that was cut, which errors are reported at. */
  #line = 1;
  #variables: Scope = new Scope();
  #rangeDepth = 0;
  #actionLine = 0;
  #nesting = 0;

  constructor(source: SourceText, isFunction: (name: string) => boolean) {
    this.#source = source;
    this.#isFunction = isFunction;
    this.#lexer = new Lexer(source.bytes);
  }

  parse(): Map<string, TemplateTree> {
    const body: Statement[] = [];
    while (this.#peek().kind !== 'eof') {
      if (this.#peek().kind === 'leftDelim') {
        const delim = this.#next();
        const token = this.#nextNonSpace();
        if (token.kind === 'define') {
          this.#inNewScope(() => this.#definition());
          continue;
        }
        this.#ahead.push(token, delim);
      }
      const statement = this.#textOrAction();
      if (statement.kind === 'end' || statement.kind === 'else') {
        throw this.#error(`unexpected {{${statement.kind}}}`);
      }
      body.push(statement);
    }
    this.#add(this.#source.name, body);
    return this.#trees;
  }

  // Tokens.

  #next(): Token {
    const ahead = this.#ahead.pop();
    if (ahead !== undefined) return ahead;
    const token = this.#lexer.next();
    this.#line = token.line;
    return token;
  }

  #back(token: Token): void {
    this.#ahead.push(token);
  }

  #peek(): Token {
    const token = this.#next();
    this.#back(token);
    return token;
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.kind === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#back(token);
    return token;
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) throw this.#unexpected(token, context);
    return token;
  }

  #error(message: string): TemplateParseError {
    return new TemplateParseError(textOf(`template: ${this.#source.name}:${this.#line}: ${message}`));
  }

  #unexpected(token: Token, context: string): TemplateParseError {
    if (token.kind !== 'error') return this.#error(`unexpected ${describeToken(token)} in ${context}`);
    if (this.#actionLine === 0 || this.#actionLine === token.line) return this.#error(token.text);
    const where = `started at ${this.#source.name}:${this.#actionLine}`;
    return this.#error(token.text + (token.text.endsWith(' action') ? ` ${where}` : ` in action ${where}`));
  }

  #nested<Result>(parse: () => Result): Result {
    if (++this.#nesting > NESTING_MAX) throw this.#error(`nested deeper than ${NESTING_MAX}`);
    const result = parse();
    this.#nesting--;
    return result;
  }

  // Definitions.

  /** Variables and ranges outside a definition are unknown inside it. */
  #inNewScope(parse: () => void): void {
    const variables = this.#variables;
    const rangeDepth = this.#rangeDepth;
    this.#variables = new Scope();
    this.#rangeDepth = 0;
    this.#nested(parse);
    this.#variables = variables;
    this.#rangeDepth = rangeDepth;
  }

  #definition(): void {
    const context = 'define clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    this.#expect('rightDelim', context);
    const { body, ending } = this.#statements();
    if (ending.kind !== 'end') throw this.#error(`unexpected {{${ending.kind}}} in ${context}`);
    this.#add(name, body);
  }

  #add(name: string, body: readonly Statement[]): void {
    const tree = { name, source: this.#source, body };
    const old = this.#trees.get(name);
    if (old === undefined || isEmptyBody(old.body)) this.#trees.set(name, tree);
    else if (!isEmptyBody(body)) {
      throw this.#error(`template: multiple definition of template ${quote(name)}`);
    }
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') throw this.#unexpected(token, context);
    return this.#unquoted(token);
  }

  #unquoted(token: Token): string {
    const text = unquote(token.text);
    if (text === undefined) throw this.#error('invalid syntax');
    return text;
  }

  // Statements.

  #statements(): { body: Statement[]; ending: Ending } {
    const body: Statement[] = [];
    while (this.#peekNonSpace().kind !== 'eof') {
      const statement = this.#textOrAction();
      if (statement.kind === 'end' || statement.kind === 'else') return { body, ending: statement };
      body.push(statement);
    }
    throw this.#error('unexpected EOF');
  }

  #textOrAction(): Statement | Ending {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', bytes: token.text };
    if (token.kind !== 'leftDelim') throw this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const action = this.#nested(() => this.#action());
    this.#actionLine = 0;
    return action;
  }

  #action(): Statement | Ending {
    const token = this.#nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#loopControl(token.kind);
      case 'else':
        // The if of an else-if is left for the control that the else belongs to.
        if (this.#peekNonSpace().kind !== 'if') this.#expect('rightDelim', 'else');
        return { kind: 'else' };
      case 'end':
        this.#expect('rightDelim', 'end');
        return { kind: 'end' };
      case 'if':
      case 'range':
      case 'with':
        return this.#control(token.kind);
      case 'template':
        return this.#templateCall();
    }
    this.#back(token);
    const at = this.#peek().at;
    // Its variables live on until the end of the control around it.
    return { kind: 'action', at, pipe: this.#pipeline('command', 'rightDelim') };
  }

  #control(kind: Branch['kind']): Branch {
    const mark = this.#variables.mark();
    const pipe = this.#pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const { body, ending } = this.#statements();
    if (kind === 'range') this.#rangeDepth--;
    const elseBody = ending.kind === 'else' ? this.#elseBody(kind) : undefined;
    this.#variables.dropTo(mark);
    return { kind, pipe, body, elseBody };
  }

  #elseBody(kind: Branch['kind']): Statement[] {
    if (kind === 'if' && this.#peek().kind === 'if') {
      this.#next();
      return [this.#nested(() => this.#control('if'))];
    }
    const { body, ending } = this.#statements();
    if (ending.kind !== 'end') throw this.#error(`expected end; found {{${ending.kind}}}`);
    return body;
  }

  #loopControl(kind: 'break' | 'continue'): Statement {
    const token = this.#nextNonSpace();
    if (token.kind !== 'rightDelim') throw this.#unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) throw this.#error(`{{${kind}}} outside {{range}}`);
    return { kind };
  }

  #block(): Statement {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    this.#inNewScope(() => {
      const { body, ending } = this.#statements();
      if (ending.kind !== 'end') throw this.#error(`unexpected {{${ending.kind}}} in ${context}`);
      this.#add(name, body);
    });
    return { kind: 'template', at: token.at, name, pipe };
  }

  #templateCall(): Statement {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.#nextNonSpace();
    if (next.kind === 'rightDelim') return { kind: 'template', at: token.at, name, pipe: undefined };
    this.#back(next);
    return { kind: 'template', at: token.at, name, pipe: this.#pipeline(context, 'rightDelim') };
  }

  // Pipelines.

  #pipeline(context: string, end: 'rightDelim' | 'rightParen'): Pipe {
    const { at } = this.#peekNonSpace();
    const { variables, isAssign } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.kind === end) break;
      if (!OPERAND_STARTS.has(token.kind)) throw this.#unexpected(token, context);
      this.#back(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) throw this.#error(`missing value for ${context}`);
    commands.forEach((command, i) => {
      if (i > 0 && NOT_EXECUTABLE.has(command.args[0].kind)) {
        throw this.#error(`non executable command in pipeline stage ${i + 1}`);
      }
    });
    return { kind: 'pipe', at, isAssign, variables, commands };
  }

  /** `$x :=`, `$x =`, and for ranges `$i, $x :=`. */
  #declarations(context: string): { variables: string[]; isAssign: boolean } {
    const variables: string[] = [];
    for (;;) {
      const variable = this.#peekNonSpace();
      if (variable.kind !== 'variable') return { variables, isAssign: false };
      this.#next();
      const behind = this.#peek();
      const next = this.#peekNonSpace();
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#next();
        variables.push(variable.text);
        this.#variables.declare(variable.text);
        return { variables, isAssign: next.kind === 'assign' };
      }
      if (next.kind !== 'char' || next.text !== ',') {
        // Only an argument: put back what was read, the blank included.
        if (behind.kind === 'space') this.#back(behind);
        this.#back(variable);
        return { variables, isAssign: false };
      }
      this.#next();
      variables.push(variable.text);
      this.#variables.declare(variable.text);
      if (context !== 'range' || variables.length >= 2) {
        throw this.#error(`too many declarations in ${context}`);
      }
      if (!['variable', 'rightDelim', 'rightParen'].includes(this.#peekNonSpace().kind)) {
        throw this.#error('range can only initialize variables');
      }
    }
  }

  #command(): Command {
    const { at } = this.#peekNonSpace();
    const args: Operand[] = [];
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.#back(token);
      else if (token.kind !== 'pipe') throw this.#unexpected(token, 'operand');
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) throw this.#error('empty command');
    return { kind: 'command', at, args: [first, ...rest] };
  }

  /** A term with the fields that follow it without a blank. */
  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined) return undefined;
    const first = this.#peek();
    if (first.kind !== 'field') return term;
    const names: string[] = [];
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1));
    const { at } = first;
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { kind: term.kind, at, names: [...term.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw this.#error(`unexpected . after term ${quote(nodeText(term))}`);
      default:
        return { kind: 'chain', at, base: term, names };
    }
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#isFunction(text)) throw this.#error(`function ${quote(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'variable':
        if (!this.#variables.has(text)) throw this.#error(`undefined variable ${quote(text)}`);
        return { kind: 'variable', at, names: [text] };
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, bool: text === 'true', value: goBool(text === 'true') };
      case 'charConstant':
        return this.#numberOf(readCharConstant(text, at));
      case 'complex':
        return this.#numberOf(readComplex(text, at));
      case 'number':
        return this.#numberOf(readNumber(text, at));
      case 'leftParen':
        return this.#nested(() => this.#pipeline('parenthesized pipeline', 'rightParen'));
      case 'string':
      case 'rawString':
        return { kind: 'string', at, literal: text, value: goBytes(this.#unquoted(token)) };
    }
    this.#back(token);
    return undefined;
  }

  #numberOf(read: NumberOperand | string): NumberOperand {
    if (typeof read === 'string') throw this.#error(read);
    return read;
  }
}
