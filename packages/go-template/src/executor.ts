// Runs a tree over data.
//
// 1. Statements are walked in order; output goes to one bounded sink. Variables are a stack: a
//    control drops what it declared.
// 2. A pipeline's commands are evaluated left to right, each result the last argument of the next.
// 3. Arguments are evaluated for the type the function asks for (`arguments.ts` has the rules for
//    constants and for values that have a type already).
// 4. `at` is the node evaluated last: an error is placed there, which is what Go's texts show.
//
// {{break}} and {{continue}} are results of the walk, not exceptions.

import { constantFor, validated } from './arguments.ts';
import { bytesOf, textOf } from './bytes.ts';
import { FunctionError, TemplateExecError, TemplateLimitError } from './errors.ts';
import { sortedKeys } from './format/format-value.ts';
import { sprint } from './format/printf.ts';
import { quote } from './format/quote.ts';
import { BUILTINS } from './functions/builtins.ts';
import { ByteSink, type CallContext } from './functions/call-context.ts';
import type { Statement, TemplateTree } from './parse/nodes.ts';
import { type Branch, type Command, type Node, nodeText, type Operand, type Pipe } from './parse/nodes.ts';
import { goBytes, goInt } from './values/construct.ts';
import {
  canBeNil,
  type GoFunction,
  type GoType,
  type GoValue,
  INVALID,
  indirect,
  isNil,
  isTrue,
  NIL,
  REFLECT_VALUE,
  zeroOf,
} from './values/types.ts';

/** What a run needs besides its data. */
export interface ExecutionScope {
  readonly findTree: (name: string) => TemplateTree | undefined;
  readonly findFunction: (name: string) => GoFunction | undefined;
}

interface Variable {
  readonly name: string;
  value: GoValue;
}

/** Variables that one step pays for passing over. */
const VARIABLES_PER_STEP = 16;

type WalkResult = 'done' | 'break' | 'continue';

/** Runs a tree; the result is the output as a byte string. */
export function execute(
  tree: TemplateTree,
  data: GoValue,
  scope: ExecutionScope,
  context: CallContext,
): string {
  const sink = new ByteSink(context);
  const executor = new Executor(scope, context, sink, tree, data);
  executor.run();
  return sink.toString();
}

class Executor {
  readonly #scope: ExecutionScope;
  readonly #context: CallContext;
  readonly #sink: ByteSink;
  #tree: TemplateTree;
  #variables: Variable[];
  #node: Node | undefined;
  #depth = 0;

  constructor(
    scope: ExecutionScope,
    context: CallContext,
    sink: ByteSink,
    tree: TemplateTree,
    data: GoValue,
  ) {
    this.#scope = scope;
    this.#context = context;
    this.#sink = sink;
    this.#tree = tree;
    this.#variables = [{ name: '$', value: data }];
  }

  run(): void {
    try {
      this.#walk(this.#variables[0]!.value, this.#tree.body);
    } catch (error) {
      if (error instanceof TemplateLimitError) {
        throw new TemplateLimitError(error.limit, textOf(this.#located(error.message)));
      }
      throw error;
    }
  }

  #located(message: string): string {
    const node = this.#node;
    const { name, source } = this.#tree;
    if (node === undefined) return `template: ${name}: ${message}`;
    const before = source.bytes.slice(0, node.at);
    const newline = before.lastIndexOf('\n');
    const line = before.split('\n').length;
    const column = newline < 0 ? node.at : node.at - newline - 1;
    const place = `${source.name}:${line}:${column}`;
    return `template: ${place}: executing ${quote(name)} at <${nodeText(node)}>: ${message}`;
  }

  #error(message: string): TemplateExecError {
    return new TemplateExecError(textOf(this.#located(message)));
  }

  // Statements.

  #walk(dot: GoValue, body: readonly Statement[]): WalkResult {
    this.#context.checkDepth(++this.#depth);
    for (const statement of body) {
      this.#context.spend(1);
      const result = this.#walkOne(dot, statement);
      if (result !== 'done') {
        this.#depth--;
        return result;
      }
    }
    this.#depth--;
    return 'done';
  }

  #walkOne(dot: GoValue, statement: Statement): WalkResult {
    switch (statement.kind) {
      case 'text':
        this.#sink.write(statement.bytes);
        return 'done';
      case 'action': {
        this.#node = statement;
        const value = this.#pipe(dot, statement.pipe);
        if (statement.pipe.variables.length === 0) {
          this.#node = statement;
          this.#sink.write(sprint(this.#context, [printable(value)]));
        }
        return 'done';
      }
      case 'if':
      case 'with':
        return this.#walkCondition(dot, statement);
      case 'range':
        return this.#walkRange(dot, statement);
      case 'template':
        this.#node = statement;
        this.#walkTemplate(dot, statement.name, statement.pipe);
        return 'done';
      case 'break':
      case 'continue':
        return statement.kind;
    }
  }

  #walkCondition(dot: GoValue, branch: Branch): WalkResult {
    const known = this.#variables.length;
    const value = this.#pipe(dot, branch.pipe);
    let result: WalkResult = 'done';
    if (isTrue(value)) result = this.#walk(branch.kind === 'with' ? value : dot, branch.body);
    else if (branch.elseBody !== undefined) result = this.#walk(dot, branch.elseBody);
    this.#variables.length = known;
    return result;
  }

  #walkRange(dot: GoValue, branch: Branch): WalkResult {
    const known = this.#variables.length;
    const value = indirect(this.#pipe(dot, branch.pipe));
    const pairs = this.#pairsOf(value);
    let result: WalkResult = 'done';
    if (pairs.length === 0) {
      if (branch.elseBody !== undefined) result = this.#walk(dot, branch.elseBody);
    } else {
      this.#walkRounds(branch, pairs);
    }
    this.#variables.length = known;
    return result;
  }

  #walkRounds(branch: Branch, pairs: readonly (readonly [GoValue, GoValue])[]): void {
    const mark = this.#variables.length;
    const { length } = branch.pipe.variables;
    for (const [key, item] of pairs) {
      this.#context.spend(1);
      // The topmost variables are the range's own, whatever their names.
      if (length > 0) this.#variables[mark - 1]!.value = item;
      if (length > 1) this.#variables[mark - 2]!.value = key;
      const result = this.#walk(item, branch.body);
      this.#variables.length = mark;
      if (result === 'break') break;
    }
  }

  #pairsOf(value: GoValue): (readonly [GoValue, GoValue])[] {
    switch (value.kind) {
      case 'slice':
        this.#context.spend(value.items.length);
        return value.items.map((item, i) => [goInt(i), item]);
      case 'map':
        this.#context.spend(value.entries.size);
        return sortedKeys(value.entries).map((key) => [goBytes(key), value.entries.get(key)!]);
      case 'invalid':
      case 'interface':
        return [];
      default:
        throw this.#error(`range can't iterate over ${sprint(this.#context, [value])}`);
    }
  }

  #walkTemplate(dot: GoValue, name: string, pipe: Pipe | undefined): void {
    const tree = this.#scope.findTree(name);
    if (tree === undefined) throw this.#error(`template ${quote(name)} not defined`);
    const data = pipe === undefined ? INVALID : this.#pipe(dot, pipe);
    const outer = { tree: this.#tree, variables: this.#variables, node: this.#node };
    this.#tree = tree;
    this.#variables = [{ name: '$', value: data }];
    this.#walk(data, tree.body);
    this.#tree = outer.tree;
    this.#variables = outer.variables;
    this.#node = outer.node;
  }

  // Pipelines.

  #pipe(dot: GoValue, pipe: Pipe): GoValue {
    this.#node = pipe;
    this.#context.checkDepth(++this.#depth);
    let value: GoValue | undefined;
    for (const command of pipe.commands) {
      this.#context.spend(1);
      value = this.#command(dot, command, value);
      // A nil interface is nothing at all from here on.
      if (value.kind === 'interface') value = INVALID;
    }
    const result = value ?? INVALID;
    for (const name of pipe.variables) {
      if (pipe.isAssign) this.#variable(name).value = result;
      else this.#variables.push({ name, value: result });
    }
    this.#depth--;
    return result;
  }

  #variable(name: string): Variable {
    // The search is paid for: a long text can declare a great many variables.
    for (let i = this.#variables.length - 1; i >= 0; i--) {
      const variable = this.#variables[i]!;
      if (i % VARIABLES_PER_STEP === 0) this.#context.spend(1);
      if (variable.name === name) return variable;
    }
    throw this.#error(`undefined variable: ${name}`);
  }

  #command(dot: GoValue, command: Command, final: GoValue | undefined): GoValue {
    const [first] = command.args;
    switch (first.kind) {
      case 'field':
      case 'chain':
      case 'variable':
        return this.#fields(dot, first, command.args, final);
      case 'identifier':
        this.#node = first;
        return this.#call(dot, command, first.name, command.args, final);
      case 'pipe':
        this.#checkNoArguments(command.args, final);
        return this.#pipe(dot, first);
    }
    this.#node = first;
    this.#checkNoArguments(command.args, final);
    switch (first.kind) {
      case 'dot':
        return dot;
      case 'nil':
        throw this.#error('nil is not a command');
      default:
        return this.#constant(first);
    }
  }

  #checkNoArguments(args: readonly Operand[], final: GoValue | undefined): void {
    if (args.length > 1 || final !== undefined) {
      throw this.#error(`can't give argument to non-function ${nodeText(args[0]!)}`);
    }
  }

  /** What a constant is by itself. */
  #constant(operand: Operand & { kind: 'bool' | 'string' | 'number' }): GoValue {
    if (operand.value === undefined) throw this.#error(`${nodeText(operand)} overflows int`);
    return operand.value;
  }

  // Fields and methods.

  #fields(
    dot: GoValue,
    operand: Operand & { kind: 'field' | 'chain' | 'variable' },
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue {
    this.#node = operand;
    let receiver = dot;
    let { names } = operand;
    if (operand.kind === 'variable') {
      receiver = this.#variable(names[0]!).value;
      names = names.slice(1);
      if (names.length === 0) {
        this.#checkNoArguments(args, final);
        return receiver;
      }
    } else if (operand.kind === 'chain') {
      if (operand.base.kind === 'nil') {
        throw this.#error(`indirection through explicit nil in ${nodeText(operand)}`);
      }
      receiver = this.#argument(dot, undefined, operand.base);
    }
    let declared = receiver.type;
    names.forEach((name, i) => {
      const isLast = i === names.length - 1;
      const holder = receiver;
      const shown = declared.kind === 'interface' ? declared.name : holder.type.name;
      const given = isLast ? { args, final } : { args: [], final: undefined };
      receiver = this.#field(dot, operand, name, given, holder, shown);
      declared = declaredType(indirect(holder), name) ?? receiver.type;
    });
    return receiver;
  }

  #field(
    dot: GoValue,
    node: Operand,
    name: string,
    { args, final }: { args: readonly Operand[]; final: GoValue | undefined },
    holder: GoValue,
    typeName: string,
  ): GoValue {
    this.#context.spend(1);
    if (holder.kind === 'invalid') return INVALID;
    const receiver = indirect(holder);
    if (receiver.kind === 'interface') throw this.#error(`nil pointer evaluating ${typeName}.${name}`);
    const method = receiver.type.methods.get(name);
    if (method !== undefined) return this.#callMethod(dot, node, name, method, receiver, args, final);
    const hasArguments = args.length > 1 || final !== undefined;
    if (receiver.kind === 'struct' || receiver.kind === 'time') {
      const index = receiver.type.fields.findIndex((field) => field.name === name);
      if (index >= 0) {
        if (receiver.kind === 'time' || !/^\p{Lu}/u.test(textOf(name))) {
          throw this.#error(`${name} is an unexported field of struct type ${typeName}`);
        }
        if (hasArguments) throw this.#error(`${name} has arguments but cannot be invoked as function`);
        return receiver.values[index]!;
      }
    } else if (receiver.kind === 'map') {
      if (hasArguments) throw this.#error(`${name} is not a method but has arguments`);
      return receiver.entries.get(name) ?? zeroOf(receiver.type.elem!);
    } else if (receiver.kind === 'pointer') {
      const target = receiver.type.elem;
      const isKnown = target?.kind !== 'struct' || target.fields.some((field) => field.name === name);
      if (isKnown) throw this.#error(`nil pointer evaluating ${typeName}.${name}`);
    }
    throw this.#error(`can't evaluate field ${name} in type ${typeName}`);
  }

  /** The receiver becomes the method's first argument; what templates count are the others. */
  #callMethod(
    dot: GoValue,
    node: Operand,
    name: string,
    method: GoFunction,
    receiver: GoValue,
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue {
    const bound: GoFunction = {
      ...method,
      params: method.params.slice(1),
      call: (rest, context) => method.call([receiver, ...rest], context),
    };
    return this.#invoke(dot, node, name, bound, args.slice(1), final);
  }

  // Calls.

  #call(
    dot: GoValue,
    node: Command | Operand,
    name: string,
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue {
    const func = this.#scope.findFunction(name);
    if (func === undefined) throw this.#error(`${quote(name)} is not a defined function`);
    const rest = args.slice(1);
    const isShortCircuit = (name === 'and' || name === 'or') && func === BUILTINS.get(name);
    if (isShortCircuit) return this.#shortCircuit(dot, name, func, rest, final);
    return this.#invoke(dot, node, name, func, rest, final);
  }

  #invoke(
    dot: GoValue,
    node: Command | Operand,
    name: string,
    func: GoFunction,
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue {
    this.#checkCount(name, func, args.length, final);
    if (func.resultCount !== 1) {
      throw this.#error(`can't call method/function ${quote(name)} with ${func.resultCount} results`);
    }
    const values = args.map((arg, i) => this.#argument(dot, paramAt(func, i), arg));
    if (final !== undefined) values.push(this.#checked(final, paramAt(func, values.length)));
    for (const value of values) if (value.kind === 'string') this.#context.spendBytes(value.bytes.length);
    try {
      return func.call(values, this.#context);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.#node = node;
      throw this.#error(`error calling ${name}: ${bytesOf(error.message)}`);
    }
  }

  #checkCount(name: string, func: GoFunction, given: number, final: GoValue | undefined): void {
    const count = final === undefined ? given : given + 1;
    const want = func.params.length;
    if (func.isVariadic && count < want - 1) {
      throw this.#error(`wrong number of args for ${name}: want at least ${want - 1} got ${given}`);
    }
    if (!func.isVariadic && count !== want) {
      throw this.#error(`wrong number of args for ${name}: want ${want} got ${count}`);
    }
  }

  /** `and` and `or` evaluate only as many arguments as they need. */
  #shortCircuit(
    dot: GoValue,
    name: string,
    func: GoFunction,
    args: readonly Operand[],
    final: GoValue | undefined,
  ): GoValue {
    this.#checkCount(name, func, args.length, final);
    let value: GoValue = INVALID;
    for (const arg of args) {
      value = this.#argument(dot, REFLECT_VALUE, arg);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return final === undefined ? value : this.#checked(final, REFLECT_VALUE);
  }

  /** An argument for a parameter of a type; without a type whatever it is. */
  #argument(dot: GoValue, type: GoType | undefined, operand: Operand): GoValue {
    this.#node = operand;
    this.#context.spend(1);
    switch (operand.kind) {
      case 'dot':
        return this.#checked(dot, type);
      case 'nil':
        if (type !== undefined && canBeNil(type)) {
          return type.kind === 'interface' ? NIL : type.kind === 'reflect' ? INVALID : zeroOf(type);
        }
        throw this.#error(`cannot assign nil to ${type?.name}`);
      case 'field':
      case 'chain':
      case 'variable':
        return this.#checked(this.#fields(dot, operand, [operand], undefined), type);
      case 'pipe':
        return this.#checked(this.#pipe(dot, operand), type);
      case 'identifier':
        return this.#checked(this.#call(dot, operand, operand.name, [operand], undefined), type);
    }
    if (type === undefined || type.kind === 'interface' || type.kind === 'reflect') {
      return this.#constant(operand);
    }
    const constant = constantFor(type, operand);
    if (typeof constant === 'string') throw this.#error(constant);
    return constant;
  }

  #checked(value: GoValue, type: GoType | undefined): GoValue {
    const checked = validated(value, type);
    if (typeof checked === 'string') throw this.#error(checked);
    return checked;
  }
}

/** The type that a map or struct declares for an entry, which may be an interface. */
function declaredType(holder: GoValue, name: string): GoType | undefined {
  if (holder.kind === 'map') return holder.type.elem;
  return holder.type.fields.find((field) => field.name === name)?.type;
}

/** The type of the argument at a place; the last parameter of a variadic function repeats. */
function paramAt(func: GoFunction, index: number): GoType {
  return func.params[Math.min(index, func.params.length - 1)]!;
}

/** What an action prints: pointers followed, nothing as `<no value>`. */
export function printable(value: GoValue): GoValue {
  const target = value.kind === 'pointer' && !isNil(value) ? indirect(value) : value;
  return target.kind === 'invalid' ? goBytes('<no value>') : target;
}
