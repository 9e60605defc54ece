export type { FlushedAlert } from './aggregation-group.ts';
export { type Alert, isResolved, makeAlert, mergeAlerts, type PostedAlert } from './alert.ts';
export {
  ALERTMANAGER_LIMITS,
  Alertmanager,
  type AlertmanagerLimits,
  type AlertmanagerOptions,
  type AlertmanagerSnapshot,
  type AlertView,
  type FlushRecord,
  type GroupView,
} from './alertmanager.ts';
export {
  type AlertmanagerConfig,
  type GlobalConfig,
  type InhibitRuleConfig,
  parseConfig,
  type RouteConfig,
} from './config/config.ts';
export {
  type AlertmanagerDefinition,
  DEFINITION_LIMITS,
  DefinitionError,
  type DefinitionLimits,
  type DefinitionOptions,
  parseDefinition,
} from './config/definition.ts';
export { parseDurationMs } from './config/duration.ts';
export type {
  Integration,
  OtherConfig,
  OtherKind,
  Receiver,
  SigV4Config,
  SnsConfig,
} from './config/receivers.ts';
export { shownConfig } from './config/shown-config.ts';
export type { Plain } from './config/yaml-reader.ts';
export type { Delivery, Notification, Notify, NotifyOutcome } from './delivery.ts';
export { AlertmanagerError, ConfigError } from './errors.ts';
export { Inhibitor } from './inhibition.ts';
export { compareAlertLabels, compareLabelSets, fingerprintOf, labelSetText } from './label-set.ts';
export {
  anchored,
  matchersText,
  matchesAll,
  parseMatcher,
  parseMatchers,
  regexFault,
} from './matcher-text.ts';
export { type LogEntry, NotificationLog, reasonToSend, type SendReason } from './notification-log.ts';
export { buildRoute, groupKeyOf, groupLabelsOf, matchRoutes, type Route } from './route.ts';
export {
  type PostedSilence,
  type Silence,
  type SilenceMatcher,
  type SilenceState,
  Silences,
  silenceState,
} from './silences.ts';
export { contains, type TimeInterval } from './time-interval.ts';
