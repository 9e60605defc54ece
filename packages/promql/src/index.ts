export { QueryCanceledError, QueryError, QueryTimeoutError } from './engine/errors.ts';
export type * from './engine/types.ts';
export type * from './parser/ast.ts';
export { ParseError } from './parser/errors.ts';
