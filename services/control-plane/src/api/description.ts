// The API's description (openapi/amp.yaml) as this program reads it: operations with the members of their
// inputs, and the schemas of these. scripts/describe-api.mjs makes the file from the description.
import description from './description.json' with { type: 'json' };
import type { Inputs } from './inputs.ts';

export type OperationName = keyof Inputs;

/** What JSON Schema is used of. Names that begin with x- are explained at the top of openapi/amp.yaml. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly 'x-pattern-text'?: string;
  readonly 'x-trimmed'?: boolean;
  readonly 'x-union'?: boolean;
  readonly 'x-empty-text'?: string;
}

/** A member of an operation's input. */
export interface MemberDescription {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly required: boolean;
  /** A last path member that takes the rest of the path, slashes included. */
  readonly greedy?: boolean;
  readonly schema: Schema;
}

export interface OperationDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path template. */
  readonly path: string;
  /** Of success. */
  readonly status: number;
  readonly members: readonly MemberDescription[];
}

const { operations, schemas } = description as unknown as {
  readonly operations: Readonly<Record<OperationName, OperationDescription>>;
  readonly schemas: Readonly<Record<string, Schema>>;
};

/** Every operation of the API, whether it is there or not. */
export const DESCRIBED = operations;

/** By name. */
export const SCHEMAS = schemas;

const PREFIX = '#/components/schemas/';

/** The schema itself, when it only refers to one. */
export function resolved(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : schemas[schema.$ref.slice(PREFIX.length)]!;
}
