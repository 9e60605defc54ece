// What whoever scrapes is told by whoever keeps the scrapers.

/** A scraper whose configuration is in force. */
export interface ScraperAssignment {
  readonly scraperId: string;
  /** Where it writes to. */
  readonly workspaceId: string;
  /** A scrape configuration that was read without fault. */
  readonly configuration: Uint8Array;
  /** The EKS cluster that is its source, if one is. */
  readonly clusterArn: string | undefined;
  /** Where it logs; undefined when nowhere. */
  readonly logging: ScraperLogging | undefined;
}

export interface ScraperLogging {
  readonly logGroupArn: string;
  /** The steps that are logged: `SERVICE_DISCOVERY`, `COLLECTOR`, `EXPORTER`. */
  readonly components: readonly string[];
}

/** Told what is to be scraped: of every scraper at the start, of one after each change that is on disk. */
export interface ScraperListener {
  /** A new one, or one in place of that of the same id. */
  scraperChanged(assignment: ScraperAssignment): void;
  /** It was deleted, or there is nothing of it that could be in force. */
  scraperRemoved(scraperId: string): void;
}
