import { operation } from '../operation.ts';
import { requireScraper, scraperArn } from './scraper.ts';
import { requireScraperLogging } from './scraper-logging.ts';

export const deleteScraperLoggingConfiguration = operation({
  name: 'DeleteScraperLoggingConfiguration',
  resourceArn: scraperArn,
  handler({ scraperId }, context) {
    requireScraperLogging(scraperId, context);
    const { logging: _, ...content } = requireScraper(scraperId, context).content;
    context.resources.replace('scraper', scraperId, content);
    return undefined;
  },
});
