import { quotaExceeded } from '../errors.ts';
import { operation } from '../operation.ts';
import { scraperTagged } from '../taggable.ts';
import { makeUuid } from '../uuid.ts';
import {
  configurationBytes,
  readConfiguration,
  requireDestination,
  scraperAnswer,
  scraperResource,
} from './scraper.ts';

/** Ours: each scraper is a set of loops in this process. */
const SCRAPERS_MAX = 100;

export const createScraper = operation({
  name: 'CreateScraper',
  needs: 'scrapeConfiguration',
  resourceArn: (_path, names) => names.collection('scrapers'),
  handler({ alias, scrapeConfiguration, source, destination, roleConfiguration, tags }, context) {
    const { resources, random } = context;
    const data = configurationBytes(scrapeConfiguration);
    const content = readConfiguration(data, source, 'CREATION_FAILED', context);
    const workspaceArn = requireDestination(destination, context);
    const scraperId = `s-${makeUuid(random)}`;
    if (resources.all('scraper', undefined).length >= SCRAPERS_MAX) {
      const text = 'Limit exceeded. Maximum scrapers per account.';
      throw quotaExceeded(text, scraperResource(scraperId), 'scrapers_per_region');
    }
    resources.insert('scraper', undefined, scraperId, {
      ...content,
      alias,
      source,
      workspaceArn,
      roleConfiguration,
    });
    context.tags.put(scraperTagged(scraperId), tags ?? new Map());
    return scraperAnswer(scraperId, 'CREATING', context);
  },
});
