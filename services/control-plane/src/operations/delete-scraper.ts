import { operation } from '../operation.ts';
import { scraperTagged } from '../taggable.ts';
import { requireScraper, scraperArn } from './scraper.ts';

/** Scraping ends, and the logging configuration and the tags go with it. */
export const deleteScraper = operation({
  name: 'DeleteScraper',
  resourceArn: scraperArn,
  handler({ scraperId }, context) {
    requireScraper(scraperId, context);
    context.tags.removeAll(scraperTagged(scraperId));
    context.resources.remove('scraper', scraperId);
    return { scraperId, status: { statusCode: 'DELETING' } };
  },
});
