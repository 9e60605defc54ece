import { expect, test } from 'vitest';
import { adjustLimits, Limits, LimitsError, parseLimits } from './limits.ts';
import { exceeds, LIMIT_ROWS, LIMITS, limitMessage } from './table.ts';

function refuse(section: unknown, text: string): void {
  test(`${JSON.stringify(section)} is refused`, () => {
    expect(() => parseLimits(section)).toThrow(
      new LimitsError(text.split(': ')[0]!, text.slice(text.indexOf(': ') + 2)),
    );
  });
}

function check<T>(name: string, actual: () => T, expected: T): void {
  test(name, () => expect(actual()).toEqual(expected));
}

const defaults = () => new Limits(parseLimits(undefined));
const withSection = (section: unknown) => new Limits(parseLimits(section));

check('no section is the profile amp-2021', () => defaults().data, parseLimits({ profile: 'amp-2021' }));
check('workspaces', () => defaults().account.workspacesMax, 10);
check('management calls', () => defaults().account.managementCalls, { perSecond: 10, burst: 10 });
check('active series', () => defaults().forWorkspace('ws-1').activeSeriesMax, 1_000_000);
check('query time range', () => defaults().forWorkspace('ws-1').queryTimeRangeMs, 32 * 86_400_000);
check('request size', () => defaults().forWorkspace('ws-1').requestBytesMax, 1_048_576);
check('retention', () => defaults().forWorkspace('ws-1').retentionMs, 150 * 86_400_000);
check('out of order window', () => defaults().forWorkspace('ws-1').outOfOrderWindowMs, 0);

check(
  'the profile unlimited is 0 in every row',
  () => {
    const { account, defaults } = parseLimits({ profile: 'unlimited' });
    return new Set(Object.values({ ...account, ...defaults }).map((value) => JSON.stringify(value)));
  },
  new Set(['0', '{"perSecond":0,"burst":0}']),
);
check(
  'every row is a field of one of the two',
  () => {
    const { account, defaults } = parseLimits(undefined);
    return Object.keys(account).length + Object.keys(defaults).length;
  },
  LIMIT_ROWS.size,
);

const mixed = {
  profile: 'unlimited',
  defaults: { workspaces_per_region: 3, retention: '30d', request_size: '2 MB', management_tps: [5, 50] },
  workspaces: { 'ws-a': { retention: '1y', active_series: 7 }, 'ws-b': null },
};
check(
  'defaults go over the profile',
  () => withSection(mixed).forWorkspace('ws-x').retentionMs,
  30 * 86_400_000,
);
check('rate and burst', () => withSection(mixed).account.managementCalls, { perSecond: 5, burst: 50 });
check(
  'overrides go over the defaults',
  () => withSection(mixed).forWorkspace('ws-a').retentionMs,
  365 * 86_400_000,
);
check(
  'what is not overridden stays',
  () => withSection(mixed).forWorkspace('ws-a').requestBytesMax,
  2_097_152,
);
check('no overrides', () => withSection(mixed).forWorkspace('ws-b'), withSection(mixed).forWorkspace('ws-x'));
check(
  'an id like an object member has no limits of its own',
  () => {
    const limits = withSection(mixed);
    return limits.forWorkspace('__proto__') === limits.forWorkspace('constructor');
  },
  true,
);

test('the data crosses a thread boundary', () => {
  const data = parseLimits(mixed);
  expect(structuredClone(data)).toEqual(data);
  expect(new Limits(structuredClone(data)).forWorkspace('ws-a').activeSeriesMax).toBe(7);
});

refuse('all', 'limits: "all" is not allowed; it must be a mapping');
refuse({ quotas: {} }, 'limits.quotas: unknown key; allowed are profile, defaults, workspaces');
refuse({ profile: 'amp' }, 'limits.profile: "amp" is not allowed; allowed are amp-2021, unlimited');
refuse({ defaults: [1] }, 'limits.defaults: [1] is not allowed; it must be a mapping');
refuse(
  { defaults: { retention: '5 fortnights' } },
  'limits.defaults.retention: "5 fortnights" is not allowed; it must be a duration such as 1h30m or 32d (y, w, d, h, m, s, ms), 0 for unlimited',
);
refuse(
  { defaults: { retention: 30 } },
  'limits.defaults.retention: 30 is not allowed; it must be a duration such as 1h30m or 32d (y, w, d, h, m, s, ms), 0 for unlimited',
);
refuse(
  { defaults: { active_series: -1 } },
  'limits.defaults.active_series: -1 is not allowed; it must be a whole number, 0 for unlimited',
);
refuse(
  { defaults: { active_series: null } },
  'limits.defaults.active_series: null is not allowed; it must be a whole number, 0 for unlimited',
);
refuse(
  { defaults: { request_size: '1 pint' } },
  'limits.defaults.request_size: "1 pint" is not allowed; it must be a number of bytes or a size such as 1 MB (KB, MB, GB; powers of 1024), 0 for unlimited',
);
refuse(
  { defaults: { management_tps: '10' } },
  'limits.defaults.management_tps: "10" is not allowed; it must be a number per second, or a list of that number and the burst such as [10, 20], 0 for unlimited',
);
refuse(
  { defaults: { out_of_order_window: 5 } },
  'limits.defaults.out_of_order_window: 5 is not allowed; it must be a duration such as 1h30m or 32d (y, w, d, h, m, s, ms), 0 for none',
);
refuse(
  { workspaces: { 'ws-1': { workspaces_per_region: 1 } } },
  'limits.workspaces.ws-1.workspaces_per_region: is a limit of the whole account; it is allowed in limits.defaults alone',
);

test('an unknown limit is told what there is', () => {
  expect(() => parseLimits({ defaults: { serieses: 1 } })).toThrow(
    /^limits\.defaults\.serieses: unknown limit; allowed are active_alerts, /,
  );
});

check(
  'a text with its limit',
  () => limitMessage('active_series', { limit: 5 }),
  'per-user series limit of 5 exceeded, please contact administrator to raise it',
);
check(
  'a text with several values',
  () => limitMessage('labels_per_series', { actual: 71, limit: 70, series: '{a="$1"}' }),
  `series has too many labels (actual: 71, limit: 70) series: '{a="$1"}'`,
);
check(
  'a text without any',
  () => limitMessage('workspaces_per_region'),
  'Limit exceeded. Maximum workspaces per account.',
);
test('a text without one of its values is a bug', () => {
  expect(() => limitMessage('active_series')).toThrow('the text of limit active_series needs limit');
  expect(() => limitMessage('retention')).toThrow('limit retention has no error text');
});

check('at the limit', () => exceeds(10, 10), false);
check('over the limit', () => exceeds(11, 10), true);
check('0 is unlimited', () => exceeds(Number.MAX_SAFE_INTEGER, 0), false);
check(
  'keys read as the configuration spells them',
  () => Object.keys(LIMITS).every((key) => /^[a-z]+(_[a-z]+)*$/.test(key)),
  true,
);

const configured = parseLimits({ workspaces: { own: { active_series: 5 } } });
const adjusted = new Limits(
  adjustLimits(configured, [
    { key: 'active_series', workspaceId: undefined, value: 7 },
    { key: 'labels_per_series', workspaceId: undefined, value: 8 },
    { key: 'management_tps', workspaceId: undefined, value: { perSecond: 1, burst: 2 } },
    { key: 'labels_per_series', workspaceId: 'new', value: 9 },
    { key: 'request_size', workspaceId: 'own', value: 0 },
  ]),
);
check('an adjusted default', () => adjusted.forWorkspace('ws').activeSeriesMax, 7);
check('a limit of the account', () => adjusted.account.managementCalls, { perSecond: 1, burst: 2 });
check('the configuration of a workspace stays', () => adjusted.forWorkspace('own').activeSeriesMax, 5);
check('but takes new defaults', () => adjusted.forWorkspace('own').labelsPerSeriesMax, 8);
check('one of its own', () => adjusted.forWorkspace('own').requestBytesMax, 0);
check('a workspace alone', () => adjusted.forWorkspace('new').labelsPerSeriesMax, 9);
check('which has the defaults besides', () => adjusted.forWorkspace('new').activeSeriesMax, 7);
check(
  'what was adjusted is as it was',
  () => new Limits(configured).forWorkspace('ws').labelsPerSeriesMax,
  70,
);

test('other limits are in force at once', () => {
  const limits = new Limits(configured);
  limits.replace(adjusted.data);
  expect(limits.forWorkspace('ws')).toBe(limits.forWorkspace('other'));
  expect(limits.forWorkspace('ws').activeSeriesMax).toBe(7);
});
