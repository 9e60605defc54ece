/** What of the language is switched on; Prometheus' feature flags. */
export interface ParseOptions {
  /** Functions and aggregations that Prometheus calls experimental. */
  readonly experimentalFunctions: boolean;
  /** `start_timestamp()`, which needs storage that keeps when counters began. */
  readonly startTimestamps: boolean;
  /** Arithmetic and `step()`, `range()`, `min_of()`, `max_of()` where a duration stands. */
  readonly durationExpressions: boolean;
  /** `anchored` and `smoothed`. */
  readonly extendedRangeSelectors: boolean;
  /** `fill`, `fill_left`, `fill_right`. */
  readonly fillModifiers: boolean;
}

/** As Prometheus without feature flags. */
export const STABLE_LANGUAGE: ParseOptions = {
  experimentalFunctions: false,
  startTimestamps: false,
  durationExpressions: false,
  extendedRangeSelectors: false,
  fillModifiers: false,
};

/** Everything. */
export const WHOLE_LANGUAGE: ParseOptions = {
  experimentalFunctions: true,
  startTimestamps: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

/**
 * How deep an expression may be nested; deeper ones are refused before they exhaust the stack. A level costs
 * the parser up to 1 KiB of it, and the default stack is 984 KiB.
 */
export const DEPTH_MAX = 400;
