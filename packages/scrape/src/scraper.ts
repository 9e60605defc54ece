// One scraper: all targets of a configuration, which are found, asked and written.
//
// 1. Static targets are there from the start; files of targets are read again and again, and what can't be
//    read leaves the targets as they were.
// 2. A target that is new gets a loop; one that is gone ends, with its series.
import type { Clock, Disk, Timer } from '@ampere/platform';
import { DiskError } from '@ampere/platform';
import type { ScrapeConfiguration, ScrapeJob, StaticGroup } from './configuration/configuration.ts';
import { ScrapeConfigurationError } from './configuration/fields.ts';
import type { FetchTarget } from './fetch.ts';
import { readTargetFiles } from './file-discovery.ts';
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
  readonly #timers = new Map<ScrapeJob, Timer>();
  /** What was told last of a target, so that only changes are logged. */
  readonly #health = new Map<string, string | undefined>();
  #stopped = false;

  constructor(configuration: ScrapeConfiguration, options: ScraperOptions) {
    this.#configuration = configuration;
    this.#options = options;
  }

  /** Resolves when all targets that are known by then have their loops. */
  async start(): Promise<void> {
    await Promise.all(this.#configuration.jobs.map((job) => this.#discover(job)));
  }

  get targetsCount(): number {
    return this.#loops.size;
  }

  /** Ends all loops; with `endSeries` all series end with a stale marker. */
  async stop(endSeries: boolean): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await Promise.all([...this.#ending, ...[...this.#loops.values()].map((loop) => loop.stop(endSeries))]);
    this.#loops.clear();
  }

  async #discover(job: ScrapeJob): Promise<void> {
    const groups: StaticGroup[] = [...job.staticGroups];
    try {
      for (const discovery of job.fileDiscoveries) {
        groups.push(...(await readTargetFiles(discovery, this.#options.targetsFolder, this.#options.disk)));
      }
    } catch (error) {
      if (!(error instanceof ScrapeConfigurationError) && !(error instanceof DiskError)) throw error;
      const problem = error instanceof DiskError ? `a file can not be read (${error.code})` : error.message;
      this.#log('SERVICE_DISCOVERY', 'error', 'files of targets can not be read', { job: job.name, problem });
      this.#again(job);
      return;
    }
    if (this.#stopped) return;
    this.#adopt(job, groups);
    this.#again(job);
  }

  #again(job: ScrapeJob): void {
    if (job.fileDiscoveries.length === 0 || this.#stopped) return;
    const delayMs = Math.min(...job.fileDiscoveries.map(({ refreshMs }) => refreshMs));
    this.#timers.set(
      job,
      this.#options.clock.after(delayMs, () => void this.#discover(job)),
    );
  }

  #adopt(job: ScrapeJob, groups: readonly StaticGroup[]): void {
    const targets = new Map<string, Target>();
    for (const group of groups) {
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
    const { clock, fetch, write } = this.#options;
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
