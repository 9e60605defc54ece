// Asks one target again and again.
//
// Looks are at a fixed distance from each other, from a first one whose place within the interval comes from
// the target's key: so targets spread over the interval, and stay where they are over a restart. A look that
// takes longer than the interval (a timeout never does) costs the next one.
import type { Clock, Timer } from '@ampere/platform';
import type { ScrapeJob } from './configuration/configuration.ts';
import { FetchError, type FetchTarget } from './fetch.ts';
import { TargetState } from './scrape.ts';
import type { Target } from './target.ts';
import type { LookWriter } from './writer.ts';

/** The largest body that is read, whatever the job says. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

const ACCEPT =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

export interface TargetLoopOptions {
  readonly clock: Clock;
  readonly fetch: FetchTarget;
  readonly writer: LookWriter;
  readonly onLook: (url: string, problem: string | undefined) => void;
}

export class TargetLoop {
  readonly key: string;
  readonly #state: TargetState;
  readonly #job: ScrapeJob;
  readonly #options: TargetLoopOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    target: Target,
    job: ScrapeJob,
    external: ReadonlyMap<string, string>,
    options: TargetLoopOptions,
  ) {
    this.key = target.key;
    this.#state = new TargetState(target, job, external);
    this.#job = job;
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    const { intervalMs } = this.#state.target;
    const offsetMs = hash(this.key) % intervalMs;
    const delayMs = (offsetMs - (clock.nowMs() % intervalMs) + intervalMs) % intervalMs;
    this.#schedule(clock.monotonicMs() + delayMs);
  }

  /** Ends it, with a stale marker for each of its series when they are to end. */
  async stop(endSeries: boolean): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
    const { clock, writer } = this.#options;
    if (endSeries) writer.add(this.#state.end(Math.round(clock.nowMs())), []);
    await writer.idle();
  }

  /** @param dueMs on the clock's monotonic scale. */
  #schedule(dueMs: number): void {
    const { clock } = this.#options;
    this.#timer = clock.after(dueMs - clock.monotonicMs(), () => {
      const { intervalMs } = this.#state.target;
      // Late timers don't shift the ones after them.
      const late = Math.max(0, Math.floor((clock.monotonicMs() - dueMs) / intervalMs));
      this.#schedule(dueMs + (late + 1) * intervalMs);
      this.#running ??= this.#look().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, fetch, writer, onLook } = this.#options;
    const { url, timeoutMs, inCluster } = this.#state.target;
    const { authentication, clusterAuthority, limits } = this.#job;
    const { followRedirects, verifyCertificates, serverName } = this.#job;
    const timeMs = Math.round(clock.nowMs());
    const startMs = clock.monotonicMs();
    const answer = await fetch({
      url,
      headers: {
        accept: ACCEPT,
        'accept-encoding': 'gzip',
        'user-agent': 'Ampere-scraper',
        'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
        ...(authentication.header === undefined ? {} : { authorization: authentication.header }),
      },
      timeoutMs,
      bodyBytesMax:
        limits.bodyBytesMax === 0 ? BODY_BYTES_MAX : Math.min(limits.bodyBytesMax, BODY_BYTES_MAX),
      followRedirects,
      verifyCertificates,
      serverName,
      cluster: { credentials: authentication.fromCluster, authority: clusterAuthority, found: inCluster },
    }).catch((error: unknown) => {
      if (error instanceof FetchError) return error;
      throw error;
    });
    if (this.#stopped) return;
    const { samples, metadata, problem } = this.#state.look(answer, timeMs, clock.monotonicMs() - startMs);
    writer.add(samples, metadata);
    onLook(url, problem);
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
