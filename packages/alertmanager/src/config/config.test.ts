import { expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { parseConfig } from './config.ts';
import { DEFINITION_LIMITS, DefinitionError, type DefinitionOptions, parseDefinition } from './definition.ts';
import { parseDurationMs } from './duration.ts';

const R = '\nreceivers: [{name: r}]';

const refused = (source: string, message: string) =>
  test(`refused: ${message}`, () => {
    expect(() => parseConfig(source)).toThrow(ConfigError);
    expect(() => parseConfig(source)).toThrow(new ConfigError(message));
  });

refused('', 'no route provided in config');
refused('receivers: [{name: r}]', 'no routes provided');
refused(`route: {}${R}`, 'root route must specify a default receiver');
refused(`route: {receiver: r, continue: true}${R}`, 'cannot have continue in root route');
refused(`route: {receiver: r, group_interval: 0}${R}`, 'group_interval cannot be zero');
refused(`route: {receiver: r, repeat_interval: 0s}${R}`, 'repeat_interval cannot be zero');
refused(`route: {receiver: r, group_wait: 5}${R}`, 'not a valid duration string: "5"');
refused(`route: {receiver: r, group_wait: ''}${R}`, 'empty duration string');
refused(`route: {receiver: r, group_by: [a-b]}${R}`, 'invalid label name "a-b" in group_by list');
refused(
  `route: {receiver: r, group_by: [a, '...']}${R}`,
  'cannot have wildcard group_by (`...`) and other other labels at the same time',
);
refused(
  `route: {receiver: r, routes: [{mute_time_intervals: [x]}]}${R}`,
  'undefined time interval "x" used in route',
);
refused(`route: {receiver: r}\ntime_intervals: [{}]${R}`, 'missing name in time interval');
refused(
  `route: {receiver: r}\nmute_time_intervals: [{name: a}]\ntime_intervals: [{name: a}]${R}`,
  'time interval "a" is not unique',
);
refused(
  'route: {receiver: r}\nreceivers: [{name: r, sns_configs: [{sigv4: {region: x}}]}]',
  'must provide either a Target ARN, Topic ARN, or Phone Number for SNS config',
);
refused(`route: [a]${R}`, 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into config.plain');
refused(
  `route: {receiver: r, foo: 1, bar: 2}${R}`,
  'yaml: unmarshal errors:\n  line 1: field foo not found in type config.plain\n  line 1: field bar not found in type config.plain',
);
refused(`route: {receiver: r, routes: [null]}${R}`, 'line 1: an element of []*config.Route is empty');

const accepted = (name: string, source: string) =>
  test(`accepted: ${name}`, () => expect(parseConfig(source).route.receiver).toBe('r'));

accepted('a null section', `global:\nroute: {receiver: r}\nreceivers: [{name: r}]`);
accepted('anchors', `route: &a {receiver: r}\nreceivers: [{name: r}]`);
accepted('a second document is not read', `route: {receiver: r}${R}\n---\nfoo: 1`);
accepted(
  'global settings',
  `global: {smtp_require_tls: no, smtp_from: a, resolve_timeout: 1m}\nroute: {receiver: r}${R}`,
);

accepted('merged mappings', `route: {<<: &a {group_wait: 1s}, receiver: r, routes: [{<<: [*a, {receiver: r}], group_wait: 2s}]}${R}`); // biome-ignore format: one line, one case
refused(`route: {<<: 1, receiver: r}${R}`, 'yaml: line 1: map merge requires map or sequence of maps as the value'); // biome-ignore format: one line, one case
refused(`route: &a {<<: [{<<: *a}], receiver: r}${R}`, 'yaml: nested too deeply');

refused(`route: *x${R}`, "yaml: unknown anchor 'x' referenced");

// What exhausts the stack inside of the YAML library ends the process, in whatever form it is nested.
const nested = (name: string, text: string) =>
  test(`nested too deeply: ${name}`, () => {
    expect(() => parseConfig(text)).toThrow(new ConfigError('yaml: nested too deeply'));
  });
nested('open lists', `route: ${'['.repeat(300_000)}`);
nested('open mappings', `route: ${'{a: '.repeat(100_000)}`);
nested('block lists', '- '.repeat(200_000));
nested('block mappings', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'));
nested('explicit keys', '? '.repeat(200_000));

const deep = (levels: number) => `global: {http_config: ${'['.repeat(levels)}${']'.repeat(levels)}}`;
for (const levels of [101, 3000, 100_000]) {
  test(`${levels} levels are too many`, () => {
    expect(() => parseConfig(deep(levels))).toThrow(new ConfigError('yaml: nested too deeply'));
  });
}

test('aliases of aliases end, and soon', () => {
  const levels = (item: (below: string) => string, first: string) => {
    const lines = [`- &l0 ${first}`];
    for (let level = 1; level <= 9; level++) lines.push(`- &l${level} ${item(`*l${level - 1}`)}`);
    return `global:\n  http_config:\n${lines.map((line) => `  ${line}`).join('\n')}\nroute: {receiver: r}${R}`;
  };
  const ten = (below: string) => Array.from({ length: 10 }, () => below).join(', ');
  const message = 'yaml: document contains excessive aliasing';
  expect(() => parseConfig(levels((below) => `[${ten(below)}]`, '[a]'))).toThrow(message);
  expect(() => parseConfig(levels((below) => `{<<: [${ten(below)}]}`, '{a: b}'))).toThrow(message);
});

test('an own key wins over a merged one', () => {
  const { route } = parseConfig(
    `route: {<<: {group_wait: 1s, group_interval: 5s}, group_wait: 2s, receiver: r}${R}`,
  );
  expect(route).toMatchObject({ groupWaitMs: 2000, groupIntervalMs: 5000 });
});

test('what a route says', () => {
  const { route, resolveTimeoutMs } = parseConfig(
    `route: {receiver: r, group_by: ['...'], routes: [{match: {b: x}, match_re: {a: 'y|z'}, matchers: ['c!="1"'], repeat_interval: 1h30m}]}${R}`,
  );
  expect(route.groupBy).toBe('all');
  expect(resolveTimeoutMs).toBe(300_000);
  const child = route.routes[0]!;
  expect(child.matchers.map(({ name, kind, value }) => name + kind + value)).toEqual([
    'a=~^(?:y|z)$',
    'b=x',
    'c!=1',
  ]);
  expect(child.repeatIntervalMs).toBe(5_400_000);
  expect(child.groupBy).toBeNull();
});

const duration = (text: string, ms: number) =>
  test(`duration ${text}`, () => expect(parseDurationMs(text)).toBe(ms));
duration('0', 0);
duration('1d', 86_400_000);
duration('1h30m15s5ms', 5_415_005);
duration('2y1w', 2 * 365 * 86_400_000 + 7 * 86_400_000);

const options: DefinitionOptions = {
  accountId: '123456789012',
  receivers: 'sns',
  limits: DEFINITION_LIMITS,
  checkTemplate: (name) => {
    throw new Error(`template: ${name}:1: unexpected EOF`);
  },
};

const define = (config: string, over: Partial<DefinitionOptions> = {}, files = '') =>
  parseDefinition(
    new TextEncoder().encode(`${files}alertmanager_config: |\n  ${config.replaceAll('\n', '\n  ')}\n`),
    { ...options, ...over },
  );

const reason = (stage: 'request' | 'creation', message: string, act: () => unknown) =>
  test(`${stage}: ${message}`, () => expect(act).toThrow(new DefinitionError(stage, message)));

const sns = (more: string) =>
  `route: {receiver: r}\nreceivers: [{name: r, sns_configs: [{topic_arn: 'arn:aws:sns:us-east-1:123456789012:t', ${more}}]}]`;

reason('request', 'Empty Alertmanager definition.', () => parseDefinition(new Uint8Array(), options));
reason('request', 'Invalid Alertmanager receiver type: [email_configs]', () =>
  define('route: {receiver: r}\nreceivers: [{name: r, email_configs: [{to: a}]}]'),
);
reason('request', 'Invalid SNS receiver topic account ID: 000000000000', () =>
  define(
    "route: {receiver: r}\nreceivers: [{name: r, sns_configs: [{topic_arn: 'arn:aws:sns:us-east-1:000000000000:t', sigv4: {region: a}}]}]",
  ),
);
reason('request', 'Invalid SNS receiver "r": sigv4.region is required', () => define(sns("subject: ''")));
reason('request', 'Invalid SNS receiver "r": api_url is not allowed', () => define(sns('api_url: x')));
reason('request', 'Alertmanager configuration is too big, limit: 10 bytes', () =>
  define(sns(''), { limits: { ...DEFINITION_LIMITS, definitionBytes: 10 } }),
);
reason('creation', 'error validating Alertmanager config: no routes provided', () => define('receivers: []'));
reason('creation', 'error validating Alertmanager config: template: t:1: unexpected EOF', () =>
  define(`templates: [t]\n${sns('sigv4: {region: a}')}`, {}, 'template_files: {t: x}\n'),
);
reason('creation', 'too many routing nodes in the configuration: 3 (limit: 2)', () =>
  define(`route: {receiver: r, routes: [{}, {}]}${R}`, { limits: { ...DEFINITION_LIMITS, routes: 2 } }),
);

test('other receivers are taken when the operator allows them', () => {
  const { config } = define('route: {receiver: r}\nreceivers: [{name: r, webhook_configs: [{url: u}]}]', {
    receivers: 'all',
  });
  expect(config.receivers[0]!.integrations).toEqual([
    { kind: 'webhook', index: 0, config: { sendResolved: true, settings: { url: 'u' } } },
  ]);
});

test('the text of a topic that is a template waits for its rendering', () => {
  const source = sns('sigv4: {region: a}').replace(/arn:aws[^']*/, '{{ .GroupLabels.topic }}');
  expect(define(source).config.receivers).toHaveLength(1);
});
