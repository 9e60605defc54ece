import { operation } from '../operation.ts';
import { requireScraper, scraperArn, scraperSummary } from './scraper.ts';

/** The configuration is what was sent last, byte for byte. */
export const describeScraper = operation({
  name: 'DescribeScraper',
  resourceArn: scraperArn,
  handler({ scraperId }, context) {
    const scraper = requireScraper(scraperId, context);
    const { configurationBlob } = scraper.content;
    return { scraper: { ...scraperSummary(scraper, context), scrapeConfiguration: { configurationBlob } } };
  },
});
