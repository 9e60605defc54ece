// What the operations on a scraper's logging configuration have in common.
import { RESOURCE_TYPES, resourceNotFound } from '../errors.ts';
import type { OperationContext } from '../operation.ts';
import type { ResourceContents } from '../resource-store.ts';
import { requireScraper } from './scraper.ts';

export type ScraperLogging = NonNullable<ResourceContents['scraper']['logging']>;

/** @throws ApiError when the scraper isn't there or has none. */
export function requireScraperLogging(scraperId: string, context: OperationContext): ScraperLogging {
  const { logging } = requireScraper(scraperId, context).content;
  if (logging === undefined) {
    throw resourceNotFound('Scraper logging configuration not found.', {
      resourceId: `${scraperId}/logging-configuration`,
      resourceType: RESOURCE_TYPES.scraperLoggingConfiguration,
    });
  }
  return logging;
}
