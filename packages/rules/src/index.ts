export { definitionText } from './definition-bytes.ts';
export { DurationError, parseRuleDuration } from './duration.ts';
export {
  type AlertingRule,
  parseRuleFile,
  type RecordingRule,
  type Rule,
  RuleFileError,
  type RuleFileOptions,
  type RuleGroup,
  type TextPairs,
} from './rule-file.ts';
