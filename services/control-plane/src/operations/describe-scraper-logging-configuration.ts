import { operation } from '../operation.ts';
import { scraperArn } from './scraper.ts';
import { requireScraperLogging } from './scraper-logging.ts';

export const describeScraperLoggingConfiguration = operation({
  name: 'DescribeScraperLoggingConfiguration',
  resourceArn: scraperArn,
  handler({ scraperId }, context) {
    const { logGroupArn, components, modifiedAtMs } = requireScraperLogging(scraperId, context);
    return {
      status: { statusCode: 'ACTIVE' },
      scraperId,
      loggingDestination: { cloudWatchLogs: { logGroupArn } },
      scraperComponents: components.map(({ type, options }) => ({
        type,
        ...(options === undefined ? {} : { config: { options: Object.fromEntries(options) } }),
      })),
      modifiedAt: modifiedAtMs / 1000,
    };
  },
});
