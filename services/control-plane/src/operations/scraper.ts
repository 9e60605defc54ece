// What the operations on scrapers have in common.
//
// 1. A scrape configuration that can't be read is refused. One that can be read, with a source that can't
//    be scraped from here (an EKS cluster, a service discovery that isn't there), is kept as failed, with
//    the reason; what was in force before stays in force.
// 2. Whoever makes or changes a scraper must be allowed to write to its workspace: `aps:RemoteWrite`, asked
//    with the caller's own policies and that of the workspace.
import { authorise } from '@ampere/iam';
import { assert } from '@ampere/platform';
import type { Inputs } from '../api/inputs.ts';
import {
  accessRefused,
  fieldRefused,
  RESOURCE_TYPES,
  type Resource,
  resourceNotFound,
  unionEmpty,
} from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { ResourceNames } from '../resource-names.ts';
import type { ResourceContents, StoredResource } from '../resource-store.ts';
import { scraperTagged } from '../taggable.ts';
import { tagsView } from '../workspace-view.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

type Content = ResourceContents['scraper'];

/** The API's own bound of a statusReason. */
const REASON_LENGTH_MAX = 256;

/** For operations on one scraper. */
export function scraperArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.scraper(path.get('scraperId')!);
}

export function scraperResource(scraperId: string): Resource {
  return { resourceId: scraperId, resourceType: RESOURCE_TYPES.scraper };
}

/** @throws ApiError when there is none of that id. */
export function requireScraper(scraperId: string, context: OperationContext): StoredResource<'scraper'> {
  const scraper = context.resources.find('scraper', undefined, scraperId);
  if (scraper === undefined) throw resourceNotFound('Scraper not found.', scraperResource(scraperId));
  return scraper;
}

/** The bytes of a configuration that was given. @throws ApiError when the union is empty. */
export function configurationBytes(given: Inputs['CreateScraper']['scrapeConfiguration']): Uint8Array {
  if (given.configurationBlob === undefined) throw unionEmpty('scrapeConfiguration', 'configurationBlob');
  return given.configurationBlob;
}

/**
 * What becomes of a scraper with this configuration.
 *
 * @param failedStatus what it is when its source can't be scraped from here.
 * @throws ApiError when the configuration can't be read.
 */
export function readConfiguration(
  data: Uint8Array,
  source: Content['source'],
  failedStatus: 'CREATION_FAILED' | 'UPDATE_FAILED',
  context: OperationContext,
): Pick<Content, 'configurationBlob' | 'statusCode' | 'statusReason' | 'configurationInForce'> {
  const read = context.readers.scrapeConfiguration;
  assert(read !== undefined, 'an operation on scrapers without a reader of their configurations');
  const reading = read(data, source.eksConfiguration?.clusterArn);
  const configurationBlob = Buffer.from(data).toString('base64');
  switch (reading.kind) {
    case 'refused':
      throw fieldRefused(
        'scrapeConfiguration.configurationBlob',
        `Invalid scrape configuration: ${reading.message}`,
      );
    case 'failed':
      return {
        configurationBlob,
        statusCode: failedStatus,
        statusReason: reading.reason.slice(0, REASON_LENGTH_MAX),
      };
    case 'good':
      return { configurationBlob, statusCode: 'ACTIVE', configurationInForce: configurationBlob };
  }
}

/**
 * The workspace that a destination names, to which the caller may write.
 *
 * @throws ApiError
 */
export function requireDestination(
  destination: Inputs['CreateScraper']['destination'],
  context: OperationContext,
): string {
  const { names, principal, clock } = context;
  if (destination.ampConfiguration === undefined) throw unionEmpty('destination', 'ampConfiguration');
  const { workspaceArn } = destination.ampConfiguration;
  const refuse = (why: string) =>
    fieldRefused('destination.ampConfiguration.workspaceArn', `Invalid workspace ARN - ${why}`);
  const [, , , region, accountId] = workspaceArn.split(':');
  if (region !== names.region) throw refuse(`region: ${region} (expected: ${names.region})`);
  if (accountId !== names.accountId) throw refuse(`account: ${accountId} (expected: ${names.accountId})`);
  const found = names.find(workspaceArn);
  if (found?.kind !== 'workspace') throw refuse('it names no workspace');
  const nowMs = clock.nowMs();
  const facts = new Map([
    ['aws:CurrentTime', [`${new Date(nowMs).toISOString().slice(0, 19)}Z`]],
    ['aws:EpochTime', [String(Math.floor(nowMs / 1000))]],
    ['aws:PrincipalArn', [principal.arn]],
    ['aws:PrincipalAccount', [principal.accountId]],
  ]);
  const entry = context.directory.find(found.id);
  for (const [key, value] of entry?.tags ?? []) facts.set(`aws:ResourceTag/${key}`, [value]);
  const decision = authorise(principal, 'aps:RemoteWrite', workspaceArn, facts, entry?.resourcePolicy);
  if (!decision.allowed) throw accessRefused(decision.message);
  requireSettledWorkspace(found.id, context);
  return workspaceArn;
}

/** What answers to changes say of a scraper. */
export function scraperAnswer(scraperId: string, statusCode: string, context: OperationContext): object {
  return {
    scraperId,
    arn: context.names.scraper(scraperId),
    status: { statusCode },
    tags: tagsView(context.tags.of(scraperTagged(scraperId))),
  };
}

/** A scraper as lists have it; a description adds its configuration. */
export function scraperSummary(
  { id, content, ...times }: StoredResource<'scraper'>,
  context: OperationContext,
) {
  const { alias, statusReason, source, workspaceArn, roleConfiguration } = content;
  return {
    ...scraperAnswer(id, content.statusCode, context),
    ...(alias === undefined ? {} : { alias }),
    roleArn: `arn:aws:iam::${context.names.accountId}:role/aws-service-role/scraper.aps.amazonaws.com/AWSServiceRoleForAmazonPrometheusScraper_${id.slice(2, 10)}`,
    createdAt: times.createdAtMs / 1000,
    lastModifiedAt: times.modifiedAtMs / 1000,
    ...(statusReason === undefined ? {} : { statusReason }),
    source,
    destination: { ampConfiguration: { workspaceArn } },
    ...(roleConfiguration === undefined ? {} : { roleConfiguration }),
  };
}
