export { type Alert, AlertingRun, type AlertState } from './alerting.ts';
export {
  type AlertingRuleJson,
  type AlertJson,
  alertsJson,
  type GroupJson,
  type RecordingRuleJson,
  type RuleTypeFilter,
  rulesJson,
} from './api-json.ts';
export { definitionText } from './definition-bytes.ts';
export { DurationError, parseRuleDuration } from './duration.ts';
export { EvaluatedGroup, type GroupSetting, type Health, type RuleStatus } from './group.ts';
export { RecordingRun } from './recording.ts';
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
export {
  DEFAULT_RULE_OPTIONS,
  type ForState,
  type RuleHost,
  type RuleOptions,
  type RuleWrite,
  type SentAlert,
} from './rule-host.ts';
export { RuleSchedule, type ScheduleSetting } from './schedule.ts';
