import { type EngineOptions, evaluate, STABLE_LANGUAGE, WHOLE_LANGUAGE } from '@ampere/promql';
import { promQl } from '../query-api/promql.ts';
import type { PromQl } from '../query-api/tenant.ts';

/** Prometheus' own defaults. */
const OPTIONS: EngineOptions = {
  lookbackDeltaMs: 5 * 60_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
};

/** PromQL as the server speaks it: with its experimental functions and syntax, or without. */
export function languageOf(isExperimental: boolean): PromQl {
  // When counters began isn't stored.
  const language = isExperimental ? { ...WHOLE_LANGUAGE, startTimestamps: false } : STABLE_LANGUAGE;
  return promQl(evaluate, OPTIONS, language);
}
