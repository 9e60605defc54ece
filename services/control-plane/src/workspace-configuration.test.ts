// The configuration of a workspace: whole answers, refusals, and what the engine is told of it.
import type { WorkspaceSettings, WorkspaceSettingsListener } from '@ampere/contracts';
import { Limits, parseLimits } from '@ampere/limits';
import { expect, test } from 'vitest';
import { settle, TestPlane } from './testing.ts';

const DAY_MS = 86_400_000;
const TWO_SETS = [
  { limits: { maxSeries: 10 }, labelSet: { team: 'a', __name__: 'up', __proto: 'p' } },
  { limits: {}, labelSet: {} },
];

const path = (id: string) => `/workspaces/${id}/configuration`;
const described = async (t: TestPlane, id: string) =>
  (await t.call('GET', path(id))).json.workspaceConfiguration;

/** Settings that were told, newest last, as the engine would hear them. */
function listening(): { told: [string, WorkspaceSettings][]; settingsListener: WorkspaceSettingsListener } {
  const told: [string, WorkspaceSettings][] = [];
  const settingsListener = {
    settingsChanged: (id: string, settings: WorkspaceSettings) => told.push([id, settings]),
  };
  return { told, settingsListener };
}

test('a configuration from the defaults to the end', async () => {
  const { told, settingsListener } = listening();
  const limits = new Limits(parseLimits({}));
  const t = await TestPlane.open({ limits, settingsListener });
  const id = await t.create();
  const first = await t.call('GET', path(id));
  expect([first.status, first.json]).toEqual([
    200,
    {
      workspaceConfiguration: {
        status: { statusCode: 'ACTIVE' },
        limitsPerLabelSet: [],
        retentionPeriodInDays: 150,
      },
    },
  ]);
  expect(told).toEqual([]);

  const updated = await t.call('PATCH', path(id), { retentionPeriodInDays: 1095 });
  expect([updated.status, updated.json]).toEqual([202, { status: { statusCode: 'UPDATING' } }]);
  await t.call('PATCH', path(id), { limitsPerLabelSet: TWO_SETS });
  const whole = {
    status: { statusCode: 'ACTIVE' },
    limitsPerLabelSet: TWO_SETS,
    retentionPeriodInDays: 1095,
  };
  expect(await described(t, id)).toEqual(whole);
  expect(told).toEqual([
    [id, { retentionMs: 1095 * DAY_MS, limitsPerLabelSet: [] }],
    [
      id,
      {
        retentionMs: 1095 * DAY_MS,
        limitsPerLabelSet: [
          { labelSet: new Map(Object.entries(TWO_SETS[0]!.labelSet)), activeSeriesMax: 10 },
          { labelSet: new Map(), activeSeriesMax: 0 },
        ],
      },
    ],
  ]);

  const again = listening();
  const restarted = await t.restart({ settingsListener: again.settingsListener });
  expect(await described(restarted, id)).toEqual(whole);
  expect(again.told).toEqual([told[1]]);
  await restarted.call('PATCH', path(id), { limitsPerLabelSet: [], retentionPeriodInDays: 1 });
  expect(await described(restarted, id)).toEqual({
    ...whole,
    limitsPerLabelSet: [],
    retentionPeriodInDays: 1,
  });

  await restarted.call('DELETE', `/workspaces/${id}`);
  await settle();
  expect((await restarted.call('GET', path(id))).status).toBe(404);
  const last = listening();
  await restarted.restart({ settingsListener: last.settingsListener });
  expect(last.told).toEqual([]);
});

function checkDefault(retention: string, expected: number | undefined): void {
  test(`a limit of ${retention} is ${expected} days`, async () => {
    const limits = new Limits(parseLimits({ defaults: { retention, query_time_range: '1h' } }));
    const t = await TestPlane.open({ limits });
    expect((await described(t, await t.create())).retentionPeriodInDays).toBe(expected);
  });
}

checkDefault('30d', 30);
checkDefault('36h', 1);
checkDefault('2h', 1);
checkDefault('0', undefined);

function refused(body: object, message: string, name?: string): void {
  test(`${JSON.stringify(body).slice(0, 100)} is refused`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    const answer = await t.call('PATCH', path(id), body);
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
    expect(answer.json).toEqual({
      message: name === undefined ? message : `Invalid ${name}: ${message}`,
      reason: 'FIELD_VALIDATION_FAILED',
      ...(name === undefined ? {} : { fieldList: [{ name, message }] }),
    });
    expect((await described(t, id)).limitsPerLabelSet).toEqual([]);
  });
}

const sets = (...limitsPerLabelSet: unknown[]) => ({ limitsPerLabelSet });
const set = (labelSet: object) => sets({ limits: { maxSeries: 1 }, labelSet });
const AT_LEAST_ONE = 'At least one of limitsPerLabelSet and retentionPeriodInDays must be specified';
const NAME_TEXT = '__name__ label value must satisfy regular expression pattern [a-zA-Z_:][a-zA-Z0-9_:]*';
const KEYS =
  'Map keys must satisfy constraint: [Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*]';
const FIRST = 'limitsPerLabelSet.1.member';
const printable = (label: string) =>
  `${label} label value must consist of printable ASCII characters, at least one of them no blank`;

refused({}, AT_LEAST_ONE);
refused({ retentionPeriodInDays: null }, AT_LEAST_ONE);
refused(
  { retentionPeriodInDays: 0 },
  'Member must have value greater than or equal to 1',
  'retentionPeriodInDays',
);
refused(
  { retentionPeriodInDays: 1096 },
  'Member must have value less than or equal to 1095',
  'retentionPeriodInDays',
);
refused({ retentionPeriodInDays: 1.5 }, 'Member must be an integer', 'retentionPeriodInDays');
refused(sets({ labelSet: {} }), 'Member must not be null', `${FIRST}.limits`);
refused(sets({ limits: {} }), 'Member must not be null', `${FIRST}.labelSet`);
refused(
  sets({ limits: { maxSeries: -1 }, labelSet: {} }),
  'Member must have value greater than or equal to 0',
  `${FIRST}.limits.maxSeries`,
);
refused(set({ '': 'x' }), KEYS, `${FIRST}.labelSet`);
refused(set({ 'a-b': 'x' }), KEYS, `${FIRST}.labelSet`);
refused(
  set({ a: '' }),
  'Map value must satisfy constraint: [Member must have length greater than or equal to 1]',
  `${FIRST}.labelSet`,
);
refused(set({ a: '  ' }), printable('a'), `${FIRST}.labelSet`);
refused(set({ a: 'é' }), printable('a'), `${FIRST}.labelSet`);
refused(set({ a: 'x\n' }), printable('a'), `${FIRST}.labelSet`);
refused(set({ __name__: 'a-b' }), NAME_TEXT);
refused(
  sets({ limits: {}, labelSet: { a: '1', b: '2' } }, { limits: {}, labelSet: { b: '2', a: '1' } }),
  'Label sets must be unique',
  'limitsPerLabelSet.2.member.labelSet',
);
refused(
  sets(...Array.from({ length: 501 }, (_, n) => ({ limits: {}, labelSet: { a: `${n}` } }))),
  'Member must have length less than or equal to 500',
  'limitsPerLabelSet',
);

test('only a workspace that is there and settled is configured', async () => {
  const t = await TestPlane.open();
  const body = { retentionPeriodInDays: 2 };
  for (const method of ['GET', 'PATCH']) {
    const missing = await t.call(method, path('ws-none'), body);
    expect([missing.status, missing.json.resourceType]).toEqual([404, 'AWS::APS::Workspace']);
  }
  t.backend.held = true;
  const id = await t.create();
  expect((await t.call('PATCH', path(id), body)).status).toBe(409);
  expect((await t.call('GET', path(id))).status).toBe(200);
  t.backend.release();
});

test('a clientToken makes the update once', async () => {
  const { told, settingsListener } = listening();
  const t = await TestPlane.open({ settingsListener });
  const id = await t.create();
  const body = { retentionPeriodInDays: 2, clientToken: 'T' };
  const first = await t.call('PATCH', path(id), body);
  await t.call('PATCH', path(id), { retentionPeriodInDays: 3 });
  expect(await t.call('PATCH', path(id), body)).toEqual(first);
  expect((await described(t, id)).retentionPeriodInDays).toBe(3);
  expect(told.length).toBe(2);
  const other = await t.call('PATCH', path(id), { ...body, retentionPeriodInDays: 4 });
  expect([other.status, other.json.resourceId]).toEqual([409, id]);
});
