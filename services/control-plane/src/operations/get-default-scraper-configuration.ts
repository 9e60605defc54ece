import { DEFAULT_SCRAPER_CONFIGURATION } from '../default-scraper-configuration.ts';
import { operation } from '../operation.ts';

export const getDefaultScraperConfiguration = operation({
  name: 'GetDefaultScraperConfiguration',
  resourceArn: (_path, names) => names.collection('scraperconfiguration'),
  handler() {
    return { configuration: Buffer.from(DEFAULT_SCRAPER_CONFIGURATION).toString('base64') };
  },
});
