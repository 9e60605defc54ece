import {
  type EngineOptions,
  type Evaluate,
  exprToJson,
  type ParseOptions,
  parseExpr,
  parseMetricSelector,
  prettify,
  typeOf,
} from '@ampere/promql';
import type { PromQl } from './tenant.ts';

/** The language of @ampere/promql. */
export function promQl(evaluate: Evaluate, options: EngineOptions, language: ParseOptions): PromQl {
  return {
    parse: (query) => parseExpr(query, language),
    parseSelector: parseMetricSelector,
    typeOf,
    evaluate,
    format: prettify,
    toJson: exprToJson,
    options,
  };
}
