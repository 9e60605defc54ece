// One scraper: all targets of a configuration, which are found, asked and written.
//
// 1. Static targets are there from the start; files of targets and the scraper's cluster are read again and
//    again, and what can't be read leaves the targets as they were. The start doesn't wait for the cluster.
// 2. A target that is new gets a loop; one that is gone ends, with its series.
import type { Clock, Disk, Timer } from '@ampere/platform';
import { assert, DiskError } from '@ampere/platform';
import type {
  FileDiscovery,
  KubernetesDiscovery,
  ScrapeConfiguration,
  ScrapeJob,
  StaticGroup,
} from './configuration/configuration.ts';
import { ScrapeConfigurationError } from './configuration/fields.ts';
import type { FetchTarget } from './fetch.ts';
import { readTargetFiles } from './file-discovery.ts';
import { CLUSTER_REFRESH_MS, type Cluster, ClusterError } from './kubernetes/cluster.ts';
import { KubeconfigError } from './kubernetes/kubeconfig.ts';
import { type Target, targetsOf } from './target.ts';
import { TargetLoop } from './target-loop.ts';
import { LookWriter, type WriteOutcome } from './writer.ts';

/** The steps that scrapers log, as the API names them. */
export type ScrapeStep = 'SERVICE_DISCOVERY' | 'COLLECTOR' | 'EXPORTER';

export interface ScrapeLogRecord {
  readonly step: ScrapeStep;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

export interface ScraperOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  /** Where files of targets are; nothing outside of it is read. */
  readonly targetsFolder: string;
  readonly fetch: FetchTarget;
  /** The source, when it is a cluster; targets are asked through it. */
  readonly cluster?: Cluster;
  readonly write: (body: Uint8Array) => Promise<WriteOutcome>;
  readonly log: (record: ScrapeLogRecord) => void;
}

/** Ours, of one scraper: more are left out, and the log says so. */
const TARGETS_MAX = 10_000;

export class Scraper {
  readonly #configuration: ScrapeConfiguration;
  readonly #options: ScraperOptions;
  readonly #loops = new Map<string, TargetLoop>();
  readonly #ending = new Set<Promise<void>>();
  readonly #timers = new Set<Timer>();
  /** What was found last, by the discovery that found it. */
  readonly #found = new Map<FileDiscovery | KubernetesDiscovery, readonly StaticGroup[]>();
  /** What was told last of a target, so that only changes are logged. */
  readonly #health = new Map<string, string | undefined>();
  #stopped = false;

  constructor(configuration: ScrapeConfiguration, options: ScraperOptions) {
    this.#configuration = configuration;
    this.#options = options;
  }

  /** Resolves when all targets have their loops but those of the cluster, which follow. */
  async start(): Promise<void> {
    const { jobs } = this.#configuration;
    await Promise.all(jobs.map((job) => this.#readFiles(job)));
    for (const job of jobs) if (job.kubernetesDiscoveries.length > 0) void this.#readCluster(job);
  }

  get targetsCount(): number {
    return this.#loops.size;
  }

  /** Ends all loops; with `endSeries` all series end with a stale marker. */
  async stop(endSeries: boolean): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all([...this.#ending, ...[...this.#loops.values()].map((loop) => loop.stop(endSeries))]);
    this.#loops.clear();
  }

  async #readFiles(job: ScrapeJob): Promise<void> {
    const { targetsFolder, disk } = this.#options;
    for (const discovery of job.fileDiscoveries) {
      try {
        this.#found.set(discovery, await readTargetFiles(discovery, targetsFolder, disk));
      } catch (error) {
        if (!(error instanceof ScrapeConfigurationError) && !(error instanceof DiskError)) throw error;
        const problem = error instanceof DiskError ? `a file can not be read (${error.code})` : error.message;
        const fields = { job: job.name, problem };
        this.#log('SERVICE_DISCOVERY', 'error', 'files of targets can not be read', fields);
      }
    }
    if (this.#stopped) return;
    this.#adopt(job);
    if (job.fileDiscoveries.length === 0) return;
    const delayMs = Math.min(...job.fileDiscoveries.map(({ refreshMs }) => refreshMs));
    this.#after(delayMs, () => void this.#readFiles(job));
  }

  async #readCluster(job: ScrapeJob): Promise<void> {
    const { cluster } = this.#options;
    assert(cluster !== undefined, 'a scraper without a cluster has kubernetes_sd_configs');
    for (const discovery of job.kubernetesDiscoveries) {
      try {
        const found = await cluster.find(discovery);
        this.#found.set(
          discovery,
          found.map((labels) => ({ targets: [labels.get('__address__') ?? ''], labels, inCluster: true })),
        );
      } catch (error) {
        if (!(error instanceof ClusterError) && !(error instanceof KubeconfigError)) throw error;
        const fields = { job: job.name, problem: error.message };
        this.#log('SERVICE_DISCOVERY', 'error', 'the cluster can not be read', fields);
      }
    }
    if (this.#stopped) return;
    this.#adopt(job);
    this.#after(CLUSTER_REFRESH_MS, () => void this.#readCluster(job));
  }

  #after(delayMs: number, work: () => void): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      work();
    });
    this.#timers.add(timer);
  }

  #adopt(job: ScrapeJob): void {
    const targets = new Map<string, Target>();
    const discoveries = [...job.fileDiscoveries, ...job.kubernetesDiscoveries];
    const found = discoveries.flatMap((discovery) => this.#found.get(discovery) ?? []);
    for (const group of [...job.staticGroups, ...found]) {
      for (const target of targetsOf(job, group)) targets.set(`${job.name}\u0000${target.key}`, target);
    }
    const { targetsMax } = job.limits;
    if (targetsMax > 0 && targets.size > targetsMax) {
      const fields = { job: job.name, targets: targets.size, limit: targetsMax };
      this.#log(
        'SERVICE_DISCOVERY',
        'error',
        'target_limit exceeded; no target of the job is scraped',
        fields,
      );
      targets.clear();
    }
    for (const [key, loop] of this.#loops) {
      if (!key.startsWith(`${job.name}\u0000`) || targets.has(key)) continue;
      this.#loops.delete(key);
      this.#health.delete(key);
      const ended = loop.stop(true).finally(() => this.#ending.delete(ended));
      this.#ending.add(ended);
    }
    for (const [key, target] of targets) {
      if (this.#loops.has(key)) continue;
      if (this.#loops.size >= TARGETS_MAX) {
        this.#log('SERVICE_DISCOVERY', 'error', 'there are more targets than a scraper may have', {
          limit: TARGETS_MAX,
        });
        return;
      }
      this.#begin(key, target, job);
    }
  }

  #begin(key: string, target: Target, job: ScrapeJob): void {
    const { clock, cluster, write } = this.#options;
    const fetch = cluster === undefined ? this.#options.fetch : cluster.fetch.bind(cluster);
    const writer = new LookWriter({
      clock,
      write,
      onProblem: (message, fields) =>
        this.#log('EXPORTER', 'warn', message, { job: job.name, target: target.url, ...fields }),
    });
    const loop = new TargetLoop(target, job, this.#configuration.externalLabels, {
      clock,
      fetch,
      writer,
      onLook: (url, problem) => this.#noteHealth(key, job, url, problem),
    });
    this.#loops.set(key, loop);
    loop.start();
  }

  #noteHealth(key: string, job: ScrapeJob, url: string, problem: string | undefined): void {
    if (this.#health.has(key) && this.#health.get(key) === problem) return;
    this.#health.set(key, problem);
    const fields = { job: job.name, target: url };
    if (problem === undefined) this.#log('COLLECTOR', 'info', 'the target is up', fields);
    else this.#log('COLLECTOR', 'error', 'the target is down', { ...fields, problem });
  }

  #log(
    step: ScrapeStep,
    level: ScrapeLogRecord['level'],
    message: string,
    fields: Readonly<Record<string, string | number>>,
  ): void {
    this.#options.log({ step, level, message, fields });
  }
}
