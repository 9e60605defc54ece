// ListScrapers: filters on the same key are alternatives, filters on different keys must all hold.
import { fieldInvalid } from '../errors.ts';
import { operation } from '../operation.ts';
import type { StoredResource } from '../resource-store.ts';
import { readPage } from './pages.ts';
import { scraperSummary } from './scraper.ts';

const FILTERS: Readonly<Record<string, (scraper: StoredResource<'scraper'>) => string | undefined>> = {
  status: ({ content }) => content.statusCode,
  sourceArn: ({ content }) => content.source.eksConfiguration?.clusterArn,
  destinationArn: ({ content }) => content.workspaceArn,
  alias: ({ content }) => content.alias,
};

/** Oldest first. */
export const listScrapers = operation({
  name: 'ListScrapers',
  resourceArn: (_path, names) => names.collection('scrapers'),
  handler({ filters = new Map(), ...input }, context) {
    const wanted = [...filters].map(([key, values]) => {
      if (!Object.hasOwn(FILTERS, key)) {
        throw fieldInvalid('filters', `Map keys must be one of: ${Object.keys(FILTERS).join(', ')}`);
      }
      return { of: FILTERS[key]!, values: new Set<string | undefined>(values) };
    });
    const list = ['ListScrapers', JSON.stringify([...filters].sort(([a], [b]) => (a < b ? -1 : 1)))];
    const { page, more } = readPage(list, input, context, (after, limit) =>
      context.resources
        .all('scraper', undefined)
        .filter(
          (scraper) => scraper.position > after && wanted.every(({ of, values }) => values.has(of(scraper))),
        )
        .slice(0, limit),
    );
    return { scrapers: page.map((scraper) => scraperSummary(scraper, context)), ...more };
  },
});
