// The tree of a parsed template, and how error texts print parts of it.

import { quote } from '../format/quote.ts';
import type { GoValue } from '../values/types.ts';

/** A text that templates were cut from; the place of an error is counted in it. */
export interface SourceText {
  readonly name: string;
  readonly bytes: string;
}

/** A template: a body under a name. */
export interface TemplateTree {
  readonly name: string;
  readonly source: SourceText;
  readonly body: readonly Statement[];
}

export type Statement =
  | { readonly kind: 'text'; readonly bytes: string }
  | { readonly kind: 'action'; readonly at: number; readonly pipe: Pipe }
  | Branch
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue' };

export interface Branch {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly body: readonly Statement[];
  readonly elseBody: readonly Statement[] | undefined;
}

export interface Pipe {
  readonly kind: 'pipe';
  readonly at: number;
  readonly isAssign: boolean;
  /** Names of the variables it sets, `$` included. */
  readonly variables: readonly string[];
  readonly commands: readonly Command[];
}

export interface Command {
  readonly kind: 'command';
  readonly at: number;
  readonly args: readonly [Operand, ...Operand[]];
}

export type Operand =
  | Pipe
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly at: number; readonly names: readonly string[] }
  | { readonly kind: 'chain'; readonly at: number; readonly base: Operand; readonly names: readonly string[] }
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly bool: boolean; readonly value: GoValue }
  | { readonly kind: 'string'; readonly at: number; readonly literal: string; readonly value: GoValue }
  | NumberOperand;

export interface NumberOperand {
  readonly kind: 'number';
  readonly at: number;
  readonly literal: string;
  /** What it is where an integer, an unsigned integer, a float or a complex is asked for. */
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: { readonly re: number; readonly im: number } | undefined;
  /** What it is by itself; undefined when no int can hold it. */
  readonly value: GoValue | undefined;
}

export type Node = Operand | Command | (Statement & { at: number });

/** A node as Go prints it, not as it was written. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case 'action':
      return `{{${nodeText(node.pipe)}}}`;
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`;
      return `{{template ${quote(node.name)}${pipe}}}`;
    }
    case 'pipe': {
      const commands = node.commands.map(nodeText).join(' | ');
      return node.variables.length === 0 ? commands : `${node.variables.join(', ')} := ${commands}`;
    }
    case 'command':
      return node.args.map(operandText).join(' ');
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'chain':
      return operandText(node.base) + node.names.map((name) => `.${name}`).join('');
    case 'identifier':
      return node.name;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.bool);
    case 'string':
    case 'number':
      return node.literal;
    default:
      return `{{${node.kind}}}`;
  }
}

function operandText(operand: Operand): string {
  return operand.kind === 'pipe' ? `(${nodeText(operand)})` : nodeText(operand);
}

/** Whether a body says nothing: such a definition doesn't replace another one. */
export function isEmptyBody(body: readonly Statement[]): boolean {
  return body.every((statement) => statement.kind === 'text' && /^[\s\x85\xa0]*$/.test(statement.bytes));
}
