// How Go writes numbers, strings and durations, as the rest of this package knows it.

export {
  describeRune,
  formatDuration,
  formatFixed,
  formatFloat,
  formatFloatG,
  quote,
  quoteRune,
} from '@ampere/go-text';
