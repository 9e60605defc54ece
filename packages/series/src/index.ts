export type {
  Appender,
  AppendOutcome,
  Refusal,
  RefusalReason,
  WriteColumns,
  WriteExemplar,
  WriteHistogram,
} from './appender.ts';
export type { FloatHistogram } from './float-histogram.ts';
export { compareText, Labels, LabelsBuilder, METRIC_NAME } from './labels.ts';
export { Matcher, type MatchKind } from './matcher.ts';
export type { LabelHints, Querier, SelectHints, SeriesSet } from './querier.ts';
export { compileRegex, type RegexMatch } from './regex.ts';
export { SampleColumns } from './sample-columns.ts';
export { isStaleAt, STALE_HIGH_WORD, STALE_LOW_WORD, setStaleAt } from './staleness.ts';
