import { expect, test } from 'vitest';
import { ACCOUNT, REGION, TestPlane } from './testing.ts';

const PROBLEM = 'Unsupported PromQL expression for RandomCutForest';
const readers = { detectorQuery: (query: string) => (query === 'bad' ? PROBLEM : undefined) };
const QUERY = { randomCutForest: { query: 'sum(up)' } };

async function setUp() {
  const plane = await TestPlane.open({ readers });
  const workspaceId = await plane.create();
  const base = `/workspaces/${workspaceId}/anomalydetectors`;
  const create = (over: object = {}) =>
    plane.call('POST', base, { alias: 'one', configuration: QUERY, ...over });
  return { plane, workspaceId, base, create };
}

test('a detector lives from CREATING to gone', async () => {
  const { plane, workspaceId, base, create } = await setUp();
  const configuration = {
    randomCutForest: {
      query: 'avg(up)',
      shingleSize: 8,
      sampleSize: 256,
      ignoreNearExpectedFromAbove: { ratio: 0.5 },
    },
  };
  const given = { configuration, labels: { team: 'x' }, missingDataAction: { skip: true } };
  const created = await create({ ...given, tags: { a: 'b' } });
  const id = created.json.anomalyDetectorId;
  expect([created.status, created.json]).toEqual([
    202,
    {
      anomalyDetectorId: expect.stringMatching(/^ad-[0-9a-f-]{36}$/),
      arn: `arn:aws:aps:${REGION}:${ACCOUNT}:anomalydetector/${workspaceId}/${id}`,
      status: { statusCode: 'CREATING' },
      tags: { a: 'b' },
    },
  ]);
  const described = (await plane.call('GET', `${base}/${id}`)).json.anomalyDetector;
  expect(described).toEqual({
    anomalyDetectorId: id,
    arn: created.json.arn,
    alias: 'one',
    // It says that it is not evaluated.
    status: { statusCode: 'ACTIVE', statusReason: expect.stringContaining('does not evaluate') },
    evaluationIntervalInSeconds: 60,
    ...given,
    createdAt: expect.any(Number),
    modifiedAt: expect.any(Number),
    tags: { a: 'b' },
  });
  const put = await plane.call('PUT', `${base}/${id}`, {
    configuration: QUERY,
    evaluationIntervalInSeconds: 30,
  });
  expect([put.status, put.json.status]).toEqual([202, { statusCode: 'UPDATING' }]);
  const after = (await plane.call('GET', `${base}/${id}`)).json.anomalyDetector;
  expect(after).toMatchObject({
    alias: 'one',
    evaluationIntervalInSeconds: 30,
    configuration: QUERY,
    labels: {},
  });
  expect('missingDataAction' in after).toBe(false);
  expect((await plane.call('DELETE', `${base}/${id}`)).status).toBe(202);
  expect((await plane.call('GET', `${base}/${id}`)).json).toEqual({
    message: 'Anomaly detector not found.',
    resourceId: `${workspaceId}/${id}`,
    resourceType: 'AWS::APS::AnomalyDetector',
  });
});

function refused(name: string, over: object, message: string): void {
  test(`refused: ${name}`, async () => {
    const { plane, base, create } = await setUp();
    const answer = await create(over);
    expect([answer.status, answer.json.message]).toEqual([400, message]);
    expect((await plane.call('GET', base)).json).toEqual({ anomalyDetectors: [] });
  });
}

const forest = (over: object) => ({ configuration: { randomCutForest: { query: 'sum(up)', ...over } } });
const KEY_TEXT =
  'Invalid labels: Map keys must satisfy constraint: [Member must have length less than or equal to 7168, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: (?!__)[a-zA-Z_][a-zA-Z0-9_]*]';
refused(
  'an interval',
  { evaluationIntervalInSeconds: 86_401 },
  'Invalid evaluationIntervalInSeconds: Member must have value less than or equal to 86400',
);
refused(
  'a shingle',
  forest({ shingleSize: 1 }),
  'Invalid configuration.randomCutForest.shingleSize: Member must have value greater than or equal to 2',
);
refused(
  'a sample size',
  forest({ sampleSize: 1025 }),
  'Invalid configuration.randomCutForest.sampleSize: Member must have value less than or equal to 1024',
);
refused(
  'a ratio',
  forest({ ignoreNearExpectedFromBelow: { ratio: -1 } }),
  'Invalid configuration.randomCutForest.ignoreNearExpectedFromBelow.ratio: Member must have value greater than or equal to 0',
);
refused(
  'a text for a number',
  forest({ ignoreNearExpectedFromBelow: { ratio: '1' } }),
  'Invalid configuration.randomCutForest.ignoreNearExpectedFromBelow.ratio: Member must be a number',
);
refused(
  'no query',
  { configuration: { randomCutForest: {} } },
  'Invalid configuration.randomCutForest.query: Member must not be null',
);
refused(
  'an empty configuration',
  { configuration: {} },
  'Invalid configuration: Member must have exactly one of its members set: randomCutForest',
);
refused('no action', { missingDataAction: {} }, 'Invalid missingDataAction, must specify an action');
refused(
  'a false action',
  { missingDataAction: { skip: false } },
  'Invalid missingDataAction, must specify an action',
);
refused('a query', { configuration: { randomCutForest: { query: 'bad' } } }, PROBLEM);
refused('a label', { labels: { __x: 'y' } }, KEY_TEXT);
refused(
  'an empty label',
  { labels: { x: '' } },
  'Invalid labels: Map value must satisfy constraint: [Member must have length less than or equal to 7168, Member must have length greater than or equal to 1]',
);
refused(
  'a boolean',
  { missingDataAction: { skip: 'yes' } },
  'Invalid missingDataAction.skip: Member must be a boolean',
);
refused(
  '141 labels',
  { labels: Object.fromEntries(Array.from({ length: 141 }, (_, n) => [`l${n}`, 'v'])) },
  'Invalid labels: Member must have length less than or equal to 140',
);

test('lists are filtered by the beginning of the alias and paged; they go with their workspace', async () => {
  const { plane, workspaceId, base, create } = await setUp();
  for (const alias of ['ab', 'ac', 'b']) await create({ alias });
  const first = (await plane.call('GET', `${base}?alias=a&maxResults=1`)).json;
  const second = (await plane.call('GET', `${base}?alias=a&nextToken=${first.nextToken}`)).json;
  const aliases = [first, second].map((page) =>
    page.anomalyDetectors.map((one: { alias: string }) => one.alias),
  );
  expect([aliases, 'nextToken' in second]).toEqual([[['ab'], ['ac']], false]);
  await plane.call('DELETE', `/workspaces/${workspaceId}`);
  expect((await plane.call('GET', base)).status).toBe(404);
});
