/** What this service has to know of a rule file. */
export interface RuleFileReading {
  /** What is wrong with it, in the words of Prometheus; empty when it is good. */
  readonly problems: readonly string[];
  /** The groups of a good one. */
  readonly groups: readonly { readonly name: string; readonly rulesCount: number }[];
}

/** What becomes of an alert manager definition. */
export type AlertManagerReading =
  | { readonly kind: 'good' }
  /** The request is refused at once with this text. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The request is taken, and the definition stays as failed, for this reason. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What becomes of a scraper with a configuration. */
export type ScrapeConfigurationReading =
  | { readonly kind: 'good' }
  /** The request is refused at once with this text. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The request is taken, and the scraper stays as failed, for this reason. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Who understands what users send as `data`. The bytes are those that were sent, so they may be base64
 * text once more, as the user guide has it. Operations whose reader isn't given aren't there.
 */
export interface DefinitionReaders {
  readonly ruleFile?: ((data: Uint8Array) => RuleFileReading | Promise<RuleFileReading>) | undefined;
  readonly alertManager?:
    | ((data: Uint8Array, workspaceId: string) => AlertManagerReading | Promise<AlertManagerReading>)
    | undefined;
  /** `clusterArn` is the EKS cluster that is the scraper's source; undefined: what the configuration names. */
  readonly scrapeConfiguration?:
    | ((data: Uint8Array, clusterArn: string | undefined) => ScrapeConfigurationReading)
    | undefined;
  /** What is wrong with a detector's query, in the service's words; undefined when it is good. */
  readonly detectorQuery?: ((query: string) => string | undefined) | undefined;
}
