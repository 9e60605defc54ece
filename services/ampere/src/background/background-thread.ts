// What the background thread does: reads files as it is told, and keeps a loop for each scraper.
//
// A scraper that is changed is stopped and started with what is new; when only its logging changed it goes on.
import type { ScraperAssignment } from '@ampere/contracts';
import type { Clock, Disk } from '@ampere/platform';
import { Cluster, type FetchTarget, type ScrapeLogRecord, Scraper, type WriteOutcome } from '@ampere/scrape';
import { type Kubeconfigs, kubeconfigOf } from '../configuration/outgoing.ts';
import { readHere, scrapeConfigurationOf } from '../definition-readers.ts';
import type { FromBackground, ToBackground } from './messages.ts';

export interface BackgroundThreadOptions {
  readonly post: (message: FromBackground) => void;
  readonly fetch: FetchTarget;
  /** Asks API servers of clusters, which kubeconfigs name. */
  readonly fetchServer: FetchTarget;
  readonly kubeconfigs: Kubeconfigs;
  readonly targetsFolder: string;
  readonly clock: Clock;
  readonly disk: Disk;
}

interface Running {
  assignment: ScraperAssignment;
  readonly scraper: Scraper;
}

export class BackgroundThread {
  readonly #options: BackgroundThreadOptions;
  readonly #running = new Map<string, Running>();
  /** The last thing under way for a scraper. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #writes = new Map<number, (outcome: WriteOutcome) => void>();
  #nextWrite = 0;

  constructor(options: BackgroundThreadOptions) {
    this.#options = options;
  }

  take(message: ToBackground): void {
    switch (message.type) {
      case 'read':
        this.#read(message);
        return;
      case 'scraper':
        this.#inTurn(message.assignment.scraperId, () => this.#start(message.assignment));
        return;
      case 'no-scraper':
        this.#inTurn(message.scraperId, () => this.#end(message.scraperId, true));
        return;
      case 'written':
        this.#writes.get(message.id)?.(message);
        this.#writes.delete(message.id);
        return;
      case 'stop':
        void this.#stop();
        return;
    }
  }

  #read({ id, task }: Extract<ToBackground, { type: 'read' }>): void {
    const { post } = this.#options;
    try {
      post({ type: 'reading', id, reading: readHere(task) });
    } catch (error) {
      post({ type: 'failure', id, message: textOf(error) });
    }
  }

  async #start(assignment: ScraperAssignment): Promise<void> {
    const { scraperId, workspaceId, clusterArn } = assignment;
    const before = this.#running.get(scraperId);
    if (before !== undefined && isSame(before.assignment, assignment)) {
      before.assignment = assignment;
      return;
    }
    await this.#end(scraperId, before?.assignment.workspaceId !== workspaceId);
    const { clock, disk, fetch, targetsFolder } = this.#options;
    const source = clusterArn === undefined ? 'named' : 'cluster';
    const scraper = new Scraper(scrapeConfigurationOf(assignment.configuration, source), {
      ...(clusterArn === undefined ? {} : { cluster: this.#clusterOf(clusterArn) }),
      clock,
      disk,
      fetch,
      targetsFolder,
      write: (body) => this.#write(scraperId, workspaceId, body),
      log: (record) => this.#log(scraperId, record),
    });
    this.#running.set(scraperId, { assignment, scraper });
    await scraper.start();
  }

  #clusterOf(arn: string): Cluster {
    const { clock, disk, fetch, fetchServer, kubeconfigs } = this.#options;
    return new Cluster({
      kubeconfig: kubeconfigOf(kubeconfigs, arn),
      disk,
      clock,
      fetchServer,
      fetchTarget: fetch,
    });
  }

  async #end(scraperId: string, endSeries: boolean): Promise<void> {
    const before = this.#running.get(scraperId);
    this.#running.delete(scraperId);
    await before?.scraper.stop(endSeries);
  }

  #write(scraperId: string, workspaceId: string, body: Uint8Array): Promise<WriteOutcome> {
    const id = this.#nextWrite++;
    return new Promise((resolve) => {
      this.#writes.set(id, resolve);
      this.#options.post({ type: 'write', id, scraperId, workspaceId, body });
    });
  }

  #log(scraperId: string, { step, level, message, fields }: ScrapeLogRecord): void {
    const logging = this.#running.get(scraperId)?.assignment.logging;
    if (logging === undefined || !logging.components.includes(step)) return;
    const { logGroupArn } = logging;
    this.#options.post({ type: 'scraper-log', scraperId, logGroupArn, step, level, message, fields });
  }

  /** Series don't end: the next start goes on with them. */
  async #stop(): Promise<void> {
    await Promise.all(this.#turns.values());
    const scrapers = [...this.#running.values()];
    this.#running.clear();
    const stops = Promise.all(scrapers.map(({ scraper }) => scraper.stop(false)));
    // Nobody answers writes any more; the engine is about to stop.
    for (const resolve of this.#writes.values()) resolve({ status: 400, text: 'the server is stopping' });
    await stops;
    this.#options.post({ type: 'stopped' });
  }

  #inTurn(scraperId: string, work: () => Promise<void>): void {
    const before = this.#turns.get(scraperId) ?? Promise.resolve();
    const turn = before.then(work).catch((error: unknown) => {
      this.#options.post({ type: 'problem', message: `scraper ${scraperId}: ${textOf(error)}` });
    });
    this.#turns.set(scraperId, turn);
    void turn.then(() => {
      if (this.#turns.get(scraperId) === turn) this.#turns.delete(scraperId);
    });
  }
}

function isSame(a: ScraperAssignment, b: ScraperAssignment): boolean {
  return a.workspaceId === b.workspaceId && Buffer.from(a.configuration).equals(b.configuration);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
