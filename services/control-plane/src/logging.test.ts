// Logging and query logging configurations: whole answers, refusals, conflicts, deletion.
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, settle, TestPlane } from './testing.ts';

const GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/amp/rules_1-a.b#c:*`;
const OTHER = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:other:*`;
const destinations = (logGroupArn: unknown, qspThreshold: unknown) => ({
  destinations: [{ cloudWatchLogs: { logGroupArn }, filters: { qspThreshold } }],
});

const FAMILIES = [
  {
    title: 'logging configuration',
    suffix: 'logging',
    member: 'loggingConfiguration',
    resourceType: 'AWS::APS::LoggingConfiguration',
    first: { logGroupArn: GROUP },
    second: { logGroupArn: OTHER },
  },
  {
    title: 'query logging configuration',
    suffix: 'logging/query',
    member: 'queryLoggingConfiguration',
    resourceType: 'AWS::APS::QueryLoggingConfiguration',
    first: destinations(GROUP, 0),
    second: destinations(OTHER, 1_000_000),
  },
] as const;

for (const { title, suffix, member, resourceType, first, second } of FAMILIES) {
  const path = (id: string) => `/workspaces/${id}/${suffix}`;

  test(`a ${title} from its creation to its end`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    const created = await t.call('POST', path(id), first);
    expect([created.status, created.json]).toEqual([202, { status: { statusCode: 'CREATING' } }]);
    const view = { status: { statusCode: 'ACTIVE' }, workspace: id, createdAt: 1_700_000_000 };
    const described = await t.call('GET', path(id));
    expect([described.status, described.json]).toEqual([
      200,
      { [member]: { ...view, ...first, modifiedAt: 1_700_000_000 } },
    ]);
    t.clock.advance(1500);
    const updated = await t.call('PUT', path(id), second);
    expect([updated.status, updated.json]).toEqual([202, { status: { statusCode: 'UPDATING' } }]);
    const again = await t.restart();
    expect((await again.call('GET', path(id))).json).toEqual({
      [member]: { ...view, ...second, modifiedAt: 1_700_000_001.5 },
    });
    const deleted = await again.call('DELETE', `${path(id)}?clientToken=x`);
    expect([deleted.status, deleted.text]).toEqual([202, '']);
    expect((await again.call('GET', path(id))).status).toBe(404);
    expect((await again.call('POST', path(id), second)).status).toBe(202);
  });

  test(`a ${title} that isn't there`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await t.call(method, path(id), first);
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([404, 'ResourceNotFoundException']);
      expect(answer.json).toEqual({
        message: `Workspace ${title} not found.`,
        resourceId: `${id}/${suffix}`,
        resourceType,
      });
      const nowhere = await t.call(method, path('ws-none'), first);
      expect([nowhere.status, nowhere.json.message]).toEqual([404, 'Workspace not found.']);
    }
    expect((await t.call('POST', path('ws-none'), first)).status).toBe(404);
  });

  test(`a ${title} is created once`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    const body = { ...first, clientToken: 'T' };
    const created = await t.call('POST', path(id), body);
    expect(await t.call('POST', path(id), body)).toEqual(created);
    const twice = await t.call('POST', path(id), second);
    expect([twice.status, twice.json]).toEqual([
      409,
      { message: `Workspace ${title} already exists.`, resourceId: `${id}/${suffix}`, resourceType },
    ]);
    expect((await t.call('GET', path(id))).json[member]).toMatchObject(first);
  });

  test(`a ${title} has a settled workspace and goes with it`, async () => {
    const t = await TestPlane.open();
    t.backend.held = true;
    const id = await t.create();
    expect((await t.call('POST', path(id), first)).status).toBe(409);
    t.backend.release();
    await settle();
    await t.call('POST', path(id), first);
    t.backend.held = true;
    await t.call('DELETE', `/workspaces/${id}`);
    for (const method of ['PUT', 'DELETE']) expect((await t.call(method, path(id), first)).status).toBe(409);
    expect((await t.call('GET', path(id))).status).toBe(200);
    t.backend.release();
    await settle();
    const gone = await t.call('GET', path(id));
    expect([gone.status, gone.json.message]).toEqual([404, 'Workspace not found.']);
  });
}

test('the two configurations of a workspace are two', async () => {
  const t = await TestPlane.open();
  const id = await t.create();
  for (const { suffix, first } of FAMILIES) await t.call('POST', `/workspaces/${id}/${suffix}`, first);
  await t.call('DELETE', `/workspaces/${id}/logging`);
  expect((await t.call('GET', `/workspaces/${id}/logging/query`)).status).toBe(200);
});

const PATTERN =
  'Member must satisfy regular expression pattern: arn:aws[a-z0-9-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[A-Za-z0-9\\.\\-\\_\\#/]{1,512}\\:\\*';

/** Creating and updating refuse the body for one member; a text of its own stands without the name. */
function refused(suffix: string, body: object, name: string, message: string, whole = false): void {
  test(`${suffix} ${JSON.stringify(body).slice(0, 120)} is refused`, async () => {
    const t = await TestPlane.open();
    const id = await t.create();
    for (const method of ['POST', 'PUT']) {
      const answer = await t.call(method, `/workspaces/${id}/${suffix}`, body);
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          message: whole ? message : `Invalid ${name}: ${message}`,
          reason: 'FIELD_VALIDATION_FAILED',
          fieldList: [{ name, message }],
        },
      ]);
    }
  });
}

const arn = (text: string) => refused('logging', { logGroupArn: text }, 'logGroupArn', PATTERN);
refused('logging', {}, 'logGroupArn', 'Member must not be null');
arn('');
arn(GROUP.slice(0, -2));
arn(`${GROUP}x`);
arn(GROUP.replace('rules', 'ru les'));
arn(GROUP.replace(ACCOUNT, '1'));
arn(`arn:aws:logs:${REGION}:${ACCOUNT}:log-group::*`);
arn(`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${'x'.repeat(513)}:*`);

const AWAY = GROUP.replace(REGION, 'us-east-1');
const FOREIGN = GROUP.replace(ACCOUNT, '999999999999');
const awayText = `Invalid log group ARN - region: us-east-1 (expected: ${REGION})`;
const foreignText = `Invalid log group ARN - account: 999999999999 (expected: ${ACCOUNT})`;
refused('logging', { logGroupArn: AWAY }, 'logGroupArn', awayText, true);
refused('logging', { logGroupArn: FOREIGN }, 'logGroupArn', foreignText, true);

const NESTED = 'destinations.1.member.cloudWatchLogs.logGroupArn';
const THRESHOLD = 'destinations.1.member.filters.qspThreshold';
const query = (body: object, name: string, message: string, whole = false) =>
  refused('logging/query', body, name, message, whole);
query({}, 'destinations', 'Member must not be null');
query({ destinations: [] }, 'destinations', 'Member must have length greater than or equal to 1');
query(
  { destinations: [...destinations(GROUP, 1).destinations, ...destinations(OTHER, 1).destinations] },
  'destinations',
  'Member must have length less than or equal to 1',
);
query(destinations('x', 1), NESTED, PATTERN);
query(destinations(AWAY, 1), NESTED, awayText, true);
query(destinations(FOREIGN, 1), NESTED, foreignText, true);
query(destinations(GROUP, -1), THRESHOLD, 'Member must have value greater than or equal to 0');
query(destinations(GROUP, undefined), THRESHOLD, 'Member must not be null');
query(
  { destinations: [{ cloudWatchLogs: { logGroupArn: GROUP } }] },
  'destinations.1.member.filters',
  'Member must not be null',
);
