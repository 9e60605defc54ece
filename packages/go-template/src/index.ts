export {
  type AlertData,
  alertmanagerData,
  goKv,
  type LabelPairs,
  type NotificationData,
} from './data/alertmanager-data.ts';
export { ALERTMANAGER_TEMPLATES } from './data/alertmanager-templates.ts';
export { RULE_VARIABLES, type RuleTemplateData, ruleData } from './data/rule-data.ts';
export {
  FunctionError,
  type LimitName,
  TemplateError,
  TemplateExecError,
  TemplateLimitError,
  TemplateParseError,
} from './errors.ts';
export { ALERTMANAGER_FUNCTIONS } from './functions/alertmanager-functions.ts';
export type { FunctionMap } from './functions/builtins.ts';
export {
  CallContext,
  DEFAULT_LIMITS,
  DEPTH_CEILING,
  type ExecutionLimits,
} from './functions/call-context.ts';
export {
  RULE_FUNCTIONS,
  type RuleTemplateHost,
  ruleFunctions,
  type TemplateSample,
} from './functions/rule-functions.ts';
export {
  CompiledText,
  type ExecuteOptions,
  parseTemplates,
  Template,
  type TemplateFile,
} from './template.ts';
export { DURATION, goDuration } from './time/duration.ts';
export { goTime, goTimeMs, TIME } from './time/go-time.ts';
export * from './values/construct.ts';
export {
  ANY,
  ANY_MAP,
  BOOL,
  FLOAT64,
  type GoField,
  type GoFunction,
  type GoMethods,
  GoType,
  type GoValue,
  INT,
  INT64,
  type Kind,
  mapOf,
  NIL,
  pointerTo,
  STRING,
  STRING_MAP,
  STRINGS,
  sliceOf,
} from './values/types.ts';
