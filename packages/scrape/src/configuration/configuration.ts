// A scrape configuration as it is carried out: everything filled in, in our units.
import type { RelabelRule } from '../relabel.ts';

/** How a target is to be authenticated to. */
export interface Authentication {
  /** The value of the Authorization header. */
  readonly header: string | undefined;
  /** With the credentials that the scraper's cluster is read with. */
  readonly fromCluster: boolean;
}

export interface StaticGroup {
  readonly targets: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  /** They were found in the scraper's cluster. */
  readonly inCluster?: boolean;
}

/** Files with lists of static groups, read again every so often. */
export interface FileDiscovery {
  /** Below the folder of target files; a `*` in the last part stands for any text. */
  readonly files: readonly string[];
  readonly refreshMs: number;
}

export type KubernetesRole = 'node' | 'pod' | 'service' | 'endpoints' | 'endpointslice' | 'ingress';

/** Which objects of a kind are listed; texts as the API server takes them. */
export interface KubernetesSelector {
  readonly label: string;
  readonly field: string;
}

/** Objects of the scraper's cluster that are targets. */
export interface KubernetesDiscovery {
  readonly role: KubernetesRole;
  /** None: all of them. */
  readonly namespaces: readonly string[];
  readonly selectors: ReadonlyMap<KubernetesRole, KubernetesSelector>;
  readonly attachNode: boolean;
}

/** 0 is no limit everywhere. */
export interface ScrapeLimits {
  readonly bodyBytesMax: number;
  readonly samplesMax: number;
  readonly labelsMax: number;
  readonly labelNameBytesMax: number;
  readonly labelValueBytesMax: number;
  readonly targetsMax: number;
}

export interface ScrapeJob {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly metricsPath: string;
  readonly scheme: 'http' | 'https';
  readonly params: ReadonlyMap<string, readonly string[]>;
  readonly authentication: Authentication;
  readonly verifyCertificates: boolean;
  /** Certificates are verified by the authority of the scraper's cluster. */
  readonly clusterAuthority: boolean;
  readonly serverName: string | undefined;
  readonly followRedirects: boolean;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  /** For targets that don't say what they send. */
  readonly fallbackFormat: 'text' | 'openmetrics' | undefined;
  readonly limits: ScrapeLimits;
  readonly staticGroups: readonly StaticGroup[];
  readonly fileDiscoveries: readonly FileDiscovery[];
  readonly kubernetesDiscoveries: readonly KubernetesDiscovery[];
  readonly relabelRules: readonly RelabelRule[];
  readonly metricRelabelRules: readonly RelabelRule[];
}

export interface ScrapeConfiguration {
  /** Added to every series that doesn't have them. */
  readonly externalLabels: ReadonlyMap<string, string>;
  readonly jobs: readonly ScrapeJob[];
  /** Ways to find targets that the configuration names and that aren't there, such as `ec2_sd_configs`. */
  readonly unsupported: readonly string[];
}
