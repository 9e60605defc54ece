export { type Alert, AlertingRun, type AlertState } from './alerting.ts';
export {
  type AlertingRuleJson,
  type AlertJson,
  alertsJson,
  type GroupJson,
  groupJson,
  type RecordingRuleJson,
  type RuleFilter,
} from './api-json.ts';
export { definitionText } from './definition-bytes.ts';
export { EvaluatedGroup, type GroupSetting, type Health, type RuleStatus } from './group.ts';
export { RecordingRun } from './recording.ts';
export {
  type AlertingRule,
  parseRuleFile,
  parseRuleFileInSteps,
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
  isRuleFailure,
  type RuleCost,
  type RuleHost,
  type RuleOptions,
  type RuleWrite,
  type SentAlert,
} from './rule-host.ts';
export { type RoundRunner, RuleSchedule, type ScheduleSetting } from './schedule.ts';
export { type RuleTestFiles, testRules } from './unit-test/test-rules.ts';
