export {
  type AccountLimits,
  adjustLimits,
  LIMIT_PROFILES,
  type LimitAdjustment,
  type LimitProfile,
  Limits,
  type LimitsData,
  LimitsError,
  parseLimits,
  type WorkspaceLimits,
} from './limits.ts';
export { parseBytes, parseDurationMs } from './quantity.ts';
export {
  ACTIVE_SERIES_WINDOW_MS,
  exceeds,
  LIMIT_ROWS,
  LIMITS,
  type LimitDefinition,
  type LimitKey,
  limitMessage,
  type Rate,
} from './table.ts';
export { TokenBucket } from './token-bucket.ts';
