// YAML as nodes whose scalars are texts, with their positions, of a text that anybody may have written.
//
// Both the parser and the composer recurse, and running out of stack isn't always an exception in Node.js: when a
// regular expression is compiled just then, the process ends. The parser keeps a stack of its own, whose height is
// the nesting, up to two entries for a level; that is looked at before anything recurses.

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  Lexer,
  type LineCounter,
  type Node,
  Parser,
  visit,
} from 'yaml';

/** The height of the parser's stack that is taken: some hundred levels. */
const STACK_MAX = 200;

/** A text that is nested too deeply. */
export class NestingError extends Error {
  override readonly name = 'NestingError';
  constructor() {
    super('yaml: nested too deeply');
  }
}

/** An alias without an anchor before it. */
export class UnknownAnchorError extends Error {
  override readonly name = 'UnknownAnchorError';
  constructor(anchor: string) {
    super(`yaml: unknown anchor '${anchor}' referenced`);
  }
}

/**
 * The first document, undefined for an empty text; `lines` learns where lines begin. What is wrong with it is in its
 * `errors`; repeated keys are left to the caller. Throws NestingError.
 */
export function firstDocument(text: string, lines: LineCounter): Document.Parsed | undefined {
  // The parser leaves the beginning of the first line to whoever calls it piece by piece.
  lines.addNewLine(0);
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const [first] = composer.compose(shallowTokens(text, lines.addNewLine));
  return first;
}

/** For those who parse by other means. Throws NestingError. */
export function checkNesting(text: string): void {
  const tokens = shallowTokens(text);
  while (!tokens.next().done);
}

function* shallowTokens(text: string, onNewLine?: (offset: number) => void): Generator<CST.Token> {
  const parser = new Parser(onNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > STACK_MAX) throw new NestingError();
  }
  yield* parser.end();
}

/** What aliases stand for: an anchor counts from where it stands until it is set anew. Throws UnknownAnchorError. */
export function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) throw new UnknownAnchorError(node.source);
        targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
