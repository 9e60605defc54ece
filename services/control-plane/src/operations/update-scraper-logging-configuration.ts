import type { Inputs } from '../api/inputs.ts';
import { fieldInvalid, unionEmpty } from '../errors.ts';
import { operation } from '../operation.ts';
import { requireOwnLogGroup } from './logging-configuration.ts';
import { requireScraper, scraperArn } from './scraper.ts';

/** All of them, when the caller doesn't say. */
const COMPONENTS: Components = [
  { type: 'SERVICE_DISCOVERY', config: undefined },
  { type: 'COLLECTOR', config: undefined },
  { type: 'EXPORTER', config: undefined },
];

type Components = NonNullable<Inputs['UpdateScraperLoggingConfiguration']['scraperComponents']>;

/** Makes the configuration or replaces it: there is no other operation that makes one. */
export const updateScraperLoggingConfiguration = operation({
  name: 'UpdateScraperLoggingConfiguration',
  resourceArn: scraperArn,
  handler({ scraperId, loggingDestination, scraperComponents }, context) {
    if (loggingDestination.cloudWatchLogs === undefined) {
      throw unionEmpty('loggingDestination', 'cloudWatchLogs');
    }
    const { logGroupArn } = loggingDestination.cloudWatchLogs;
    requireOwnLogGroup('loggingDestination.cloudWatchLogs.logGroupArn', logGroupArn, context);
    const asked: Components = scraperComponents ?? COMPONENTS;
    const types = new Set(asked.map(({ type }) => type));
    if (types.size < asked.length) {
      throw fieldInvalid('scraperComponents', 'Members must be of different types');
    }
    const { content } = requireScraper(scraperId, context);
    const components = asked.map(({ type, config }) => {
      const options = config?.options;
      return { type, ...(options === undefined ? {} : { options: [...options] }) };
    });
    const modifiedAtMs = Math.round(context.clock.nowMs());
    const logging = { logGroupArn, components, modifiedAtMs };
    context.resources.replace('scraper', scraperId, { ...content, logging });
    return { status: { statusCode: content.logging === undefined ? 'CREATING' : 'UPDATING' } };
  },
});
