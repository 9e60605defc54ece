export {
  DURATION_MAX_MS,
  DurationError,
  durationMs,
  formatDuration,
  formatGoDuration,
  parseDuration,
} from './durations.ts';
export { formatExponent, formatFixed, formatFloat, formatFloatG } from './floats.ts';
export { type GoIntegerResult, parseGoBoolean, parseGoFloat, parseGoInteger } from './parse.ts';
export { describeRune, quote, quoteRune } from './quote.ts';
export { formatTime, GO_ZERO_TIME } from './times.ts';
