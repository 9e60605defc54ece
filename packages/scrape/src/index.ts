export type { ScrapeConfiguration, ScrapeJob } from './configuration/configuration.ts';
export { ScrapeConfigurationError } from './configuration/fields.ts';
export { readScrapeConfiguration } from './configuration/read-configuration.ts';
export { FetchError, type FetchedBody, type FetchRequest, type FetchTarget } from './fetch.ts';
export { ExpositionError } from './parse/entry.ts';
export { OpenMetricsParser } from './parse/open-metrics-parser.ts';
export { readSeries } from './parse/series-text.ts';
export { type ScrapeLogRecord, Scraper, type ScraperOptions, type ScrapeStep } from './scraper.ts';
export type { WriteOutcome } from './writer.ts';
