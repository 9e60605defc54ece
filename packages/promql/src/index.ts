export { TooManySamplesError } from './engine/budget.ts';
export { QueryCanceledError, QueryError, QueryTimeoutError } from './engine/errors.ts';
export { evaluate } from './engine/index.ts';
export type * from './engine/types.ts';
export {
  formatHistogram,
  type HistogramJson,
  histogramLiteral,
  histogramToJson,
} from './histogram/index.ts';
export type * from './parser/ast.ts';
export { typeOf } from './parser/check.ts';
export { ParseError } from './parser/errors.ts';
export { FUNCTIONS } from './parser/functions.ts';
export { DEPTH_MAX, type ParseOptions, STABLE_LANGUAGE, WHOLE_LANGUAGE } from './parser/options.ts';
export { parseExpr, parseMetricSelector } from './parser/parser.ts';
export { prettify, printExpr, printMatcher } from './parser/printer.ts';
export { type QueryTimes, resolveDurations } from './parser/resolve-durations.ts';
export { exprToJson, type Json } from './parser/tree-json.ts';
export { MemoryStorage } from './promqltest/memory-storage.ts';
export {
  parseSeriesLine,
  ScriptError,
  type SequenceValue,
  type SeriesLine,
} from './promqltest/series-line.ts';
