// Templates to callers: parse once, execute often.
//
// 1. A Template is a set of trees by name, made from files in order. A later definition replaces an
//    earlier one of the same name, unless it is empty; two that aren't empty in one text are an error.
// 2. `compile` parses one more text, such as a receiver's subject, that can use and replace the set's
//    definitions without changing the set.
// 3. Each execution has its own budget (functions/call-context.ts).

import { assert } from '@ampere/platform';
import { bytesOf, textOf } from './bytes.ts';
import { TemplateExecError } from './errors.ts';
import { execute } from './executor.ts';
import { quote } from './format/quote.ts';
import { BUILTINS, type FunctionMap } from './functions/builtins.ts';
import {
  CallContext,
  DEFAULT_LIMITS,
  DEPTH_CEILING,
  type ExecutionLimits,
} from './functions/call-context.ts';
import { isEmptyBody, type TemplateTree } from './parse/nodes.ts';
import { parseText } from './parse/parser.ts';
import type { GoValue } from './values/types.ts';

export interface TemplateFile {
  /** The name under which its text outside of definitions can be used; also in error texts. */
  readonly name: string;
  readonly text: string;
}

export interface ExecuteOptions {
  /** Replacements of functions that were declared when parsing, such as `ruleFunctions(host)`. */
  readonly functions?: FunctionMap;
  readonly limits?: Partial<ExecutionLimits>;
}

type Trees = ReadonlyMap<string, TemplateTree>;

/**
 * Parses files with the functions they may use besides Go's own. Throws TemplateParseError with Go's
 * text for the first fault.
 */
export function parseTemplates(
  files: readonly TemplateFile[],
  options: { readonly functions: FunctionMap },
): Template {
  return files.reduce((template, file) => template.with(file), new Template(new Map(), options.functions));
}

/** A set of templates; never changes. */
export class Template {
  readonly #trees: Trees;
  readonly #functions: FunctionMap;

  constructor(trees: Trees, functions: FunctionMap) {
    this.#trees = trees;
    this.#functions = functions;
  }

  /** The names that can be executed, in no particular order. */
  names(): string[] {
    return [...this.#trees.keys()].map(textOf);
  }

  /** This set and the definitions of one more file. Throws TemplateParseError. */
  with(file: TemplateFile): Template {
    return new Template(this.#parse(file).trees, this.#functions);
  }

  /** One more text on top of this set, to be executed itself. Throws TemplateParseError. */
  compile(file: TemplateFile): CompiledText {
    const { main, trees } = this.#parse(file);
    return new CompiledText(main, trees, this.#functions);
  }

  /**
   * The output of a template by name. Throws TemplateExecError with Go's text; TemplateLimitError, one of
   * those, for more steps, output or depth than allowed.
   */
  execute(name: string, data: GoValue, options: ExecuteOptions = {}): string {
    const tree = this.#trees.get(bytesOf(name));
    if (tree === undefined) {
      throw new TemplateExecError(
        `template: no template ${textOf(quote(bytesOf(name)))} associated with template ""`,
      );
    }
    return run(tree, this.#trees, this.#functions, data, options);
  }

  #parse(file: TemplateFile): { main: TemplateTree; trees: Trees } {
    const source = { name: bytesOf(file.name), bytes: bytesOf(file.text) };
    const parsed = parseText(source, (name) => this.#functions.has(name) || BUILTINS.has(name));
    const trees = new Map(this.#trees);
    for (const [name, tree] of parsed) {
      if (!trees.has(name) || !isEmptyBody(tree.body)) trees.set(name, tree);
    }
    const main = parsed.get(source.name);
    assert(main !== undefined, 'a text has a main template');
    return { main, trees };
  }
}

/** A text ready to be executed. */
export class CompiledText {
  readonly #main: TemplateTree;
  readonly #trees: Trees;
  readonly #functions: FunctionMap;

  constructor(main: TemplateTree, trees: Trees, functions: FunctionMap) {
    this.#main = main;
    this.#trees = trees;
    this.#functions = functions;
  }

  /** The output. Throws as Template.execute does. */
  execute(data: GoValue, options: ExecuteOptions = {}): string {
    return run(this.#main, this.#trees, this.#functions, data, options);
  }
}

function run(
  tree: TemplateTree,
  trees: Trees,
  functions: FunctionMap,
  data: GoValue,
  options: ExecuteOptions,
): string {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  assert(limits.depthMax <= DEPTH_CEILING, `the stack doesn't bear a depth of ${limits.depthMax}`);
  const scope = {
    findTree: (name: string) => trees.get(name),
    findFunction: (name: string) => options.functions?.get(name) ?? functions.get(name) ?? BUILTINS.get(name),
  };
  return textOf(execute(tree, data, scope, new CallContext(limits)));
}
