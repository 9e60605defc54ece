export type { ScrapeConfiguration, ScrapeJob } from './configuration/configuration.ts';
export { ScrapeConfigurationError } from './configuration/fields.ts';
export { readScrapeConfiguration } from './configuration/read-configuration.ts';
export { FetchError, type FetchedBody, type FetchRequest, type FetchTarget } from './fetch.ts';
export { type ScrapeLogRecord, Scraper, type ScraperOptions, type ScrapeStep } from './scraper.ts';
export type { WriteOutcome } from './writer.ts';
