import type { ScraperAssignment } from '@ampere/contracts';
import { parsePolicy } from '@ampere/iam';
import { assert } from '@ampere/platform';
import { expect, test } from 'vitest';
import type { DefinitionReaders } from './definition-readers.ts';
import { ACCOUNT, REGION, TestPlane, workspaceArn } from './testing.ts';

const GOOD = Buffer.from('good: ünïcode\n').toString('base64');
const BAD = Buffer.from('bad').toString('base64');
const KUBERNETES = Buffer.from('kubernetes').toString('base64');
const VPC = { vpcConfiguration: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] } };
const CLUSTER = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/c1`;
const EKS = { eksConfiguration: { clusterArn: CLUSTER, subnetIds: ['subnet-1'] } };
const GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/scrapers:*`;

const readers: DefinitionReaders = {
  scrapeConfiguration(data, clusterArn) {
    const text = Buffer.from(data).toString();
    if (text === 'bad') return { kind: 'refused', message: 'it is bad' };
    if (clusterArn !== undefined) return { kind: 'failed', reason: `${clusterArn} is out of reach` };
    return text === 'kubernetes' ? { kind: 'failed', reason: 'no kubernetes_sd_configs' } : { kind: 'good' };
  },
};

class Listener {
  readonly told: (ScraperAssignment | string)[] = [];
  scraperChanged(assignment: ScraperAssignment): void {
    this.told.push(assignment);
  }
  scraperRemoved(id: string): void {
    this.told.push(id);
  }
}

async function setUp() {
  const scraperListener = new Listener();
  const plane = await TestPlane.open({ readers, scraperListener });
  const workspaceId = await plane.create();
  const body = (over: object = {}) => ({
    scrapeConfiguration: { configurationBlob: GOOD },
    source: VPC,
    destination: { ampConfiguration: { workspaceArn: workspaceArn(workspaceId) } },
    ...over,
  });
  const create = (over: object = {}) => plane.call('POST', '/scrapers', body(over));
  const describe = async (id: string) => (await plane.call('GET', `/scrapers/${id}`)).json.scraper;
  return { plane, workspaceId, create, describe, told: scraperListener.told };
}

test('a scraper lives from CREATING to gone, byte for byte, and who scrapes is told', async () => {
  const { plane, workspaceId, create, describe, told } = await setUp();
  const created = await create({ alias: 'one', tags: { a: 'b' } });
  expect(created.status).toBe(202);
  const { scraperId, arn } = created.json;
  expect(created.json).toEqual({
    scraperId: expect.stringMatching(/^s-[0-9a-f-]{36}$/),
    arn: `arn:aws:aps:${REGION}:${ACCOUNT}:scraper/${scraperId}`,
    status: { statusCode: 'CREATING' },
    tags: { a: 'b' },
  });
  expect(await describe(scraperId)).toEqual({
    scraperId,
    arn,
    alias: 'one',
    roleArn: expect.stringMatching(/^arn:aws:iam::123456789012:role\/.+/),
    status: { statusCode: 'ACTIVE' },
    createdAt: expect.any(Number),
    lastModifiedAt: expect.any(Number),
    tags: { a: 'b' },
    scrapeConfiguration: { configurationBlob: GOOD },
    source: VPC,
    destination: { ampConfiguration: { workspaceArn: workspaceArn(workspaceId) } },
  });
  const configuration = Buffer.from(GOOD, 'base64');
  expect(told).toEqual([{ scraperId, workspaceId, configuration, logging: undefined }]);
  const updated = await plane.call('PUT', `/scrapers/${scraperId}`, { alias: 'two' });
  expect([updated.status, updated.json.status.statusCode]).toEqual([202, 'UPDATING']);
  expect((await describe(scraperId)).alias).toBe('two');
  const again = new Listener();
  await plane.restart({ scraperListener: again }).then(async (plane) => {
    expect(again.told).toEqual([{ scraperId, workspaceId, configuration, logging: undefined }]);
    const deleted = await plane.call('DELETE', `/scrapers/${scraperId}?clientToken=t`);
    expect([deleted.status, deleted.json]).toEqual([202, { scraperId, status: { statusCode: 'DELETING' } }]);
    expect(again.told.at(-1)).toBe(scraperId);
    const gone = await plane.call('GET', `/scrapers/${scraperId}`);
    expect([gone.status, gone.json]).toEqual([
      404,
      { message: 'Scraper not found.', resourceId: scraperId, resourceType: 'AWS::APS::Scraper' },
    ]);
  });
});

test('what can not be scraped from here is kept as failed; what was in force stays', async () => {
  const { plane, create, describe, told } = await setUp();
  const eks = (await create({ source: EKS })).json.scraperId;
  expect(await describe(eks)).toMatchObject({
    status: { statusCode: 'CREATION_FAILED' },
    statusReason: `${CLUSTER} is out of reach`,
  });
  expect(told).toEqual([eks]);
  const { scraperId } = (await create()).json;
  const blob = { scrapeConfiguration: { configurationBlob: KUBERNETES } };
  expect((await plane.call('PUT', `/scrapers/${scraperId}`, blob)).status).toBe(202);
  expect(await describe(scraperId)).toMatchObject({
    status: { statusCode: 'UPDATE_FAILED' },
    statusReason: 'no kubernetes_sd_configs',
    ...blob,
  });
  expect(told.at(-1)).toMatchObject({ scraperId, configuration: Buffer.from(GOOD, 'base64') });
  await plane.call('PUT', `/scrapers/${scraperId}`, { scrapeConfiguration: { configurationBlob: GOOD } });
  const recovered = await describe(scraperId);
  expect(recovered.status).toEqual({ statusCode: 'ACTIVE' });
  expect('statusReason' in recovered).toBe(false);
});

function refused(name: string, over: object, status: number, message: string | RegExp): void {
  test(`refused: ${name}`, async () => {
    const { plane, create } = await setUp();
    const answer = await create(over);
    expect([answer.status, answer.json.message]).toEqual([
      status,
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
    expect((await plane.call('GET', '/scrapers')).json).toEqual({ scrapers: [] });
  });
}

const ONE_OF = 'Member must have exactly one of its members set';
const to = (arn: string) => ({ destination: { ampConfiguration: { workspaceArn: arn } } });
refused('an alias', { alias: '-a' }, 400, /^Invalid alias: Member must satisfy regular expression pattern/);
refused('no source', { source: undefined }, 400, 'Invalid source: Member must not be null');
refused(
  'an empty source',
  { source: {} },
  400,
  `Invalid source: ${ONE_OF}: eksConfiguration, vpcConfiguration`,
);
refused('two sources', { source: { ...VPC, ...EKS } }, 400, /^Invalid source: Member must have exactly one/);
refused(
  'six subnets',
  { source: { eksConfiguration: { clusterArn: CLUSTER, subnetIds: Array(6).fill('subnet-1') } } },
  400,
  'Invalid source.eksConfiguration.subnetIds: Member must have length less than or equal to 5',
);
refused(
  'a subnet',
  { source: { eksConfiguration: { clusterArn: CLUSTER, subnetIds: ['x'] } } },
  400,
  'Invalid source.eksConfiguration.subnetIds.1.member: Member must satisfy regular expression pattern: subnet-[0-9a-z]+',
);
refused(
  'a configuration',
  { scrapeConfiguration: { configurationBlob: BAD } },
  400,
  'Invalid scrape configuration: it is bad',
);
refused('base64', { scrapeConfiguration: { configurationBlob: '*' } }, 400, /Member must be base64-encoded$/);
refused('a workspace that is not there', to(workspaceArn('ws-0')), 404, 'Workspace not found.');
refused(
  'another region',
  to(workspaceArn('ws-0').replace(REGION, 'us-east-1')),
  400,
  'Invalid workspace ARN - region: us-east-1 (expected: eu-west-1)',
);

test('lists are filtered and paged', async () => {
  const { plane, create, workspaceId } = await setUp();
  const ids: string[] = [];
  for (const over of [{ alias: 'a' }, { alias: 'b' }, { alias: 'a', source: EKS }]) {
    ids.push((await create(over)).json.scraperId);
  }
  const list = async (search: string) => {
    const { status, json } = await plane.call('GET', `/scrapers?${search}`);
    return status === 200
      ? json.scrapers.map((one: { scraperId: string }) => ids.indexOf(one.scraperId))
      : json;
  };
  expect(await list('')).toEqual([0, 1, 2]);
  expect(await list('alias=a')).toEqual([0, 2]);
  expect(await list('alias=a&status=ACTIVE')).toEqual([0]);
  expect(await list('status=ACTIVE&status=CREATION_FAILED&X-Amz-Date=1')).toEqual([0, 1, 2]);
  expect(await list(`sourceArn=${encodeURIComponent(CLUSTER)}`)).toEqual([2]);
  expect(await list(`destinationArn=${encodeURIComponent(workspaceArn(workspaceId))}`)).toEqual([0, 1, 2]);
  expect((await list('colour=red')).message).toMatch(/^Invalid filters: Map keys must be one of: status/);
  const first = (await plane.call('GET', '/scrapers?alias=a&maxResults=1')).json;
  expect(first.scrapers).toHaveLength(1);
  expect('scrapeConfiguration' in first.scrapers[0]).toBe(false);
  expect(await list(`alias=a&nextToken=${first.nextToken}`)).toEqual([2]);
  expect((await list(`alias=b&nextToken=${first.nextToken}`)).reason).toBe('FIELD_VALIDATION_FAILED');
});

test('whoever may not write to the workspace may not have it scraped into', async () => {
  const { plane, workspaceId } = await setUp();
  const route = plane.plane.route('POST', '/scrapers');
  assert(route.kind === 'operation', 'no route');
  const ask = async (action: string) => {
    const policy = parsePolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
      }),
      'identity',
    );
    const response = await plane.plane.execute({
      match: route.match,
      search: '',
      body: Buffer.from(
        JSON.stringify({
          scrapeConfiguration: { configurationBlob: GOOD },
          source: VPC,
          ...to(workspaceArn(workspaceId)),
        }),
      ),
      principal: {
        kind: 'user',
        arn: `arn:aws:iam::${ACCOUNT}:user/u`,
        accountId: ACCOUNT,
        userId: 'AIDA',
        policies: { identity: [{ name: 'p', policy }] },
      },
      requestId: 'r',
    });
    return [response.status, JSON.parse(Buffer.from(response.body).toString()).message];
  };
  expect(await ask('aps:CreateScraper')).toEqual([
    403,
    `User: arn:aws:iam::${ACCOUNT}:user/u is not authorized to perform: aps:RemoteWrite on resource: ${workspaceArn(workspaceId)} because no identity-based policy allows the aps:RemoteWrite action`,
  ]);
  expect(await ask('aps:*')).toEqual([202, undefined]);
});

test('a logging configuration is made by the update, and goes with the scraper', async () => {
  const { plane, create, told } = await setUp();
  const { scraperId } = (await create()).json;
  const target = `/scrapers/${scraperId}/logging-configuration`;
  expect((await plane.call('GET', target)).json.message).toBe('Scraper logging configuration not found.');
  const body = { loggingDestination: { cloudWatchLogs: { logGroupArn: GROUP } } };
  expect((await plane.call('PUT', target, body)).json).toEqual({ status: { statusCode: 'CREATING' } });
  expect((await plane.call('GET', target)).json).toEqual({
    status: { statusCode: 'ACTIVE' },
    scraperId,
    ...body,
    scraperComponents: [{ type: 'SERVICE_DISCOVERY' }, { type: 'COLLECTOR' }, { type: 'EXPORTER' }],
    modifiedAt: expect.any(Number),
  });
  const some = [{ type: 'COLLECTOR', config: { options: { level: 'debug' } } }];
  const answer = await plane.call('PUT', target, { ...body, scraperComponents: some });
  expect(answer.json).toEqual({ status: { statusCode: 'UPDATING' } });
  expect((await plane.call('GET', target)).json.scraperComponents).toEqual(some);
  expect(told.at(-1)).toMatchObject({ logging: { logGroupArn: GROUP, components: ['COLLECTOR'] } });
  const bad = await plane.call('PUT', target, { ...body, scraperComponents: [{ type: 'OTHER' }] });
  expect(bad.json.message).toBe(
    'Invalid scraperComponents.1.member.type: Member must satisfy enum value set: [SERVICE_DISCOVERY, COLLECTOR, EXPORTER]',
  );
  expect([(await plane.call('DELETE', target)).status, (await plane.call('GET', target)).status]).toEqual([
    202, 404,
  ]);
});

test('the default configuration is YAML in base64', async () => {
  const { plane } = await setUp();
  const { configuration } = (await plane.call('GET', '/scraperconfiguration')).json;
  expect(Buffer.from(configuration, 'base64').toString()).toContain('scrape_configs:');
});

test('scrapers are tagged like everything else', async () => {
  const { plane, create } = await setUp();
  const { arn } = (await create({ tags: { a: '1' } })).json;
  const target = `/tags/${encodeURIComponent(arn)}`;
  await plane.call('POST', target, { tags: { b: '2' } });
  await plane.call('DELETE', `${target}?tagKeys=a`);
  expect((await plane.call('GET', target)).json).toEqual({ tags: { b: '2' } });
  expect((await plane.call('GET', `/tags/${encodeURIComponent(`${arn}x`)}`)).status).toBe(404);
});
