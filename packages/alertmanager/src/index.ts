export {
  type AlertmanagerConfig,
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
export type { Integration, OtherConfig, Receiver, SigV4Config, SnsConfig } from './config/receivers.ts';
export { ConfigError } from './errors.ts';
export { matchersText, parseMatcher, parseMatchers } from './matcher-text.ts';
export { contains, type TimeInterval } from './time-interval.ts';
