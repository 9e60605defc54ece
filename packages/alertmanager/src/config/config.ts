// Alertmanager 0.25's configuration file, read strictly: amtool's verdict in amtool's words.
//
// Inside a struct the checks follow the order of Alertmanager's code, because the first fault found is
// the one that is reported.

import { quote } from '@ampere/go-text';
import type { Matcher } from '@ampere/series';
import { ConfigError } from '../errors.ts';
import { makeMatcher, parseMatchers, sortMatchers } from '../matcher-text.ts';
import { type TimeInterval, timeInterval } from '../time-interval.ts';
import { parseDurationMs } from './duration.ts';
import { type Receiver, receiver } from './receivers.ts';
import {
  boolean,
  list,
  mapOf,
  type Plain,
  plain,
  type Reader,
  readYaml,
  struct,
  text,
  textAs,
  textMap,
} from './yaml-reader.ts';

/** A node of the routing tree as written; null is inherited. */
export interface RouteConfig {
  readonly receiver: string | null;
  /** Label names, or `all`. */
  readonly groupBy: readonly string[] | 'all' | null;
  readonly groupWaitMs: number | null;
  readonly groupIntervalMs: number | null;
  readonly repeatIntervalMs: number | null;
  /** In Alertmanager's order. */
  readonly matchers: readonly Matcher[];
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  readonly continue: boolean;
  readonly routes: readonly RouteConfig[];
}

export interface InhibitRuleConfig {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

/** The part of `global` that receivers fall back on. */
export interface GlobalConfig {
  /** `smtp_from`, `slack_api_url`, …: those that were given. */
  readonly texts: Readonly<Record<string, string>>;
  readonly httpConfig: Plain;
  readonly smtpRequireTls: boolean;
}

export interface AlertmanagerConfig {
  readonly resolveTimeoutMs: number;
  readonly global: GlobalConfig;
  readonly templates: readonly string[];
  readonly route: RouteConfig;
  readonly receivers: readonly Receiver[];
  readonly inhibitRules: readonly InhibitRuleConfig[];
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>;
  /** The text that was read. */
  readonly original: string;
}

export interface ConfigOptions {
  /** AMP's guide writes `templates` inside `global`; amtool refuses that. Default false. */
  readonly templatesInGlobal?: boolean;
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const RESOLVE_TIMEOUT_MS = 5 * 60_000;

/** Reads a configuration. Throws ConfigError with amtool's text. */
export function parseConfig(source: string, options: ConfigOptions = {}): AlertmanagerConfig {
  const config = readYaml(source, configReader(source, options.templatesInGlobal === true));
  if (config === undefined) throw new ConfigError('no route provided in config');
  if (config.route.continue) throw new ConfigError('cannot have continue in root route');
  return config;
}

const duration = textAs(parseDurationMs);
const matcherList: Reader<Matcher[]> = (node, place) =>
  list(textAs(parseMatchers), 'string')(node, place)?.flat();

function checkedNames(names: Iterable<string>): void {
  for (const name of names) {
    if (!LABEL_NAME.test(name)) throw new ConfigError(`invalid label name ${quote(name)}`);
  }
}

const regexMap: Reader<Map<string, string>> = (node, place) => {
  const issues = place.issues.length;
  const map = mapOf(
    textAs((pattern) => {
      makeMatcher('x', '=~', pattern);
      return pattern;
    }),
    '',
    'config.plain',
  )(node, place);
  if (map !== undefined && place.issues.length === issues) checkedNames(map.keys());
  return map;
};

/** The older `match` and `match_re` beside `matchers`. */
function allMatchers(
  equal: Map<string, string> | undefined,
  regex: Map<string, string> | undefined,
  matchers: readonly Matcher[] | undefined,
): Matcher[] {
  return sortMatchers([
    ...[...(equal ?? [])].map(([name, value]) => makeMatcher(name, '=', value)),
    // Alertmanager compiles `match_re` anchored and prints it so; group keys contain that text.
    ...[...(regex ?? [])].map(([name, value]) => makeMatcher(name, '=~', `^(?:${value})$`)),
    ...(matchers ?? []),
  ]);
}

function groupByOf(names: readonly string[] | undefined): readonly string[] | 'all' | null {
  if (names === undefined) return null;
  const labels = names.filter((name) => name !== '...');
  for (const name of labels) {
    if (!LABEL_NAME.test(name)) {
      throw new ConfigError(`invalid label name ${quote(name)} in group_by list`);
    }
  }
  const all = labels.length < names.length;
  if (all && labels.length > 0) {
    throw new ConfigError('cannot have wildcard group_by (`...`) and other other labels at the same time');
  }
  const repeated = labels.find((name, index) => labels.indexOf(name) < index);
  if (repeated !== undefined) throw new ConfigError(`duplicated label ${quote(repeated)} in group_by`);
  // An empty list inherits, as a list that is absent does.
  return all ? 'all' : labels.length === 0 ? null : labels;
}

interface RouteFields {
  receiver: string;
  group_by: string[];
  match: Map<string, string>;
  match_re: Map<string, string>;
  matchers: Matcher[];
  mute_time_intervals: string[];
  active_time_intervals: string[];
  continue: boolean;
  routes: RouteConfig[];
  group_wait: number;
  group_interval: number;
  repeat_interval: number;
}

const route: Reader<RouteConfig> = struct<RouteFields, RouteConfig>(
  'config.plain',
  {
    receiver: text,
    group_by: list(text, 'string'),
    match: textMap(),
    match_re: regexMap,
    matchers: matcherList,
    mute_time_intervals: list(text, 'string'),
    active_time_intervals: list(text, 'string'),
    continue: boolean,
    routes: list((node, place) => route(node, place), '*config.Route'),
    group_wait: duration,
    group_interval: duration,
    repeat_interval: duration,
  },
  (fields) => {
    checkedNames(fields.match?.keys() ?? []);
    const groupBy = groupByOf(fields.group_by);
    if (fields.group_interval === 0) throw new ConfigError('group_interval cannot be zero');
    if (fields.repeat_interval === 0) throw new ConfigError('repeat_interval cannot be zero');
    return {
      receiver: fields.receiver || null,
      groupBy,
      groupWaitMs: fields.group_wait ?? null,
      groupIntervalMs: fields.group_interval ?? null,
      repeatIntervalMs: fields.repeat_interval ?? null,
      matchers: allMatchers(fields.match, fields.match_re, fields.matchers),
      muteTimeIntervals: fields.mute_time_intervals ?? [],
      activeTimeIntervals: fields.active_time_intervals ?? [],
      continue: fields.continue ?? false,
      routes: fields.routes ?? [],
    };
  },
);

const labelName = textAs((name) => {
  if (!LABEL_NAME.test(name)) throw new ConfigError(`${quote(name)} is not a valid label name`);
  return name;
});

const inhibitRule: Reader<InhibitRuleConfig> = struct(
  'config.plain',
  {
    source_match: textMap(),
    source_match_re: regexMap,
    source_matchers: matcherList,
    target_match: textMap(),
    target_match_re: regexMap,
    target_matchers: matcherList,
    equal: list(labelName, 'model.LabelName'),
  },
  (fields) => {
    checkedNames(fields.source_match?.keys() ?? []);
    checkedNames(fields.target_match?.keys() ?? []);
    return {
      source: allMatchers(fields.source_match, fields.source_match_re, fields.source_matchers),
      target: allMatchers(fields.target_match, fields.target_match_re, fields.target_matchers),
      equal: fields.equal ?? [],
    };
  },
);

interface NamedInterval {
  readonly name: string;
  readonly intervals: readonly TimeInterval[];
}

function namedInterval(what: string): Reader<NamedInterval> {
  return struct(
    'config.plain',
    { name: text, time_intervals: list(timeInterval, 'timeinterval.TimeInterval') },
    (fields) => {
      if (!fields.name) throw new ConfigError(`missing name in ${what}`);
      return { name: fields.name, intervals: fields.time_intervals ?? [] };
    },
  );
}

const GLOBAL_TEXTS = [
  'smtp_from',
  'smtp_hello',
  'smtp_smarthost',
  'smtp_auth_username',
  'smtp_auth_password',
  'smtp_auth_password_file',
  'smtp_auth_secret',
  'smtp_auth_identity',
  'slack_api_url',
  'slack_api_url_file',
  'pagerduty_url',
  'opsgenie_api_url',
  'opsgenie_api_key',
  'opsgenie_api_key_file',
  'wechat_api_url',
  'wechat_api_secret',
  'wechat_api_corp_id',
  'victorops_api_url',
  'victorops_api_key',
  'victorops_api_key_file',
  'telegram_api_url',
  'webex_api_url',
] as const;

interface GlobalFields {
  resolve_timeout: number;
  templates: string[];
  http_config: Plain;
  smtp_require_tls: boolean;
}

interface Global extends GlobalConfig {
  readonly resolveTimeoutMs: number;
  readonly templates: readonly string[];
}

const GLOBAL_DEFAULT: Global = {
  texts: {},
  httpConfig: null,
  smtpRequireTls: true,
  resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
  templates: [],
};

function globalReader(withTemplates: boolean): Reader<Global> {
  const texts = Object.fromEntries(GLOBAL_TEXTS.map((name) => [name, text]));
  const readers = {
    ...texts,
    resolve_timeout: duration,
    http_config: plain,
    smtp_require_tls: boolean,
    ...(withTemplates ? { templates: list(text, 'string') } : {}),
  } as unknown as { [K in keyof GlobalFields]: Reader<GlobalFields[K]> };
  return struct<GlobalFields, Global>('config.plain', readers, (fields) => {
    const given = fields as Readonly<Record<string, unknown>>;
    const named = GLOBAL_TEXTS.filter((name) => given[name] !== undefined);
    return {
      texts: Object.fromEntries(named.map((name) => [name, String(given[name])])),
      httpConfig: fields.http_config ?? null,
      smtpRequireTls: fields.smtp_require_tls ?? true,
      resolveTimeoutMs: fields.resolve_timeout ?? RESOLVE_TIMEOUT_MS,
      templates: fields.templates ?? [],
    };
  });
}

function configReader(original: string, templatesInGlobal: boolean): Reader<AlertmanagerConfig> {
  return struct(
    'config.plain',
    {
      global: globalReader(templatesInGlobal),
      route,
      inhibit_rules: list(inhibitRule, '*config.InhibitRule'),
      receivers: list(receiver, '*config.Receiver'),
      templates: list(text, 'string'),
      mute_time_intervals: list(namedInterval('mute time interval'), 'config.MuteTimeInterval'),
      time_intervals: list(namedInterval('time interval'), 'config.TimeInterval'),
    },
    (fields) => {
      const receivers = fields.receivers ?? [];
      const names = new Set<string>();
      for (const { name } of receivers) {
        if (names.has(name)) throw new ConfigError(`notification config name ${quote(name)} is not unique`);
        names.add(name);
      }
      const root = checkedRoot(fields.route);
      checkReceivers(root, names);
      const timeIntervals = new Map<string, readonly TimeInterval[]>();
      const add = (what: string, intervals: readonly NamedInterval[] = []) => {
        for (const { name, intervals: parts } of intervals) {
          if (timeIntervals.has(name)) throw new ConfigError(`${what} ${quote(name)} is not unique`);
          timeIntervals.set(name, parts);
        }
      };
      add('mute time interval', fields.mute_time_intervals);
      add('time interval', fields.time_intervals);
      checkIntervals(root, timeIntervals);
      const { resolveTimeoutMs, templates, ...global } = fields.global ?? GLOBAL_DEFAULT;
      return {
        resolveTimeoutMs,
        global,
        templates: [...(fields.templates ?? []), ...templates],
        route: root,
        receivers,
        inhibitRules: fields.inhibit_rules ?? [],
        timeIntervals,
        original,
      };
    },
  );
}

function checkedRoot(root: RouteConfig | undefined): RouteConfig {
  if (root === undefined) throw new ConfigError('no routes provided');
  if (root.receiver === null) throw new ConfigError('root route must specify a default receiver');
  if (root.matchers.length > 0) throw new ConfigError('root route must not have any matchers');
  if (root.muteTimeIntervals.length > 0) {
    throw new ConfigError('root route must not have any mute time intervals');
  }
  if (root.activeTimeIntervals.length > 0) {
    throw new ConfigError('root route must not have any active time intervals');
  }
  return root;
}

function checkReceivers(node: RouteConfig, names: ReadonlySet<string>): void {
  for (const child of node.routes) checkReceivers(child, names);
  if (node.receiver !== null && !names.has(node.receiver)) {
    throw new ConfigError(`undefined receiver ${quote(node.receiver)} used in route`);
  }
}

function checkIntervals(node: RouteConfig, intervals: ReadonlyMap<string, unknown>): void {
  for (const child of node.routes) checkIntervals(child, intervals);
  for (const name of [...node.muteTimeIntervals, ...node.activeTimeIntervals]) {
    if (!intervals.has(name)) {
      throw new ConfigError(`undefined time interval ${quote(name)} used in route`);
    }
  }
}
