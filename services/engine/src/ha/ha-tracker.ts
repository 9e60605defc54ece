// Which replica of each cluster is taken, for one workspace.
//
// 1. The first replica that is seen of a cluster is elected. Another one takes over when the elected one
//    has been silent for 30 s, by the time that requests come in: what the samples themselves say plays
//    no part, nor do steps of the wall clock.
// 2. Elections are written to a file before the request that made them is acknowledged. When the
//    elected replica was last heard of is not: after a restart it has 30 s to come back.
// 3. The number of clusters is bounded. A cluster that nobody may need any more, because its replica is
//    silent for so long that any other may take over, makes room for a new one.

import type { Clock, Disk } from '@ampere/platform';
import { errorFields, type Log } from '../log.ts';

export const FAILOVER_MS = 30_000;
/** Clusters of one workspace whose replicas are alive at the same time. */
export const HA_CLUSTERS_MAX = 1000;
const FORMAT_VERSION = 1;

/** `full`: there is no room for one more cluster. */
export type HaVerdict = 'elected' | 'other' | 'full';

/** A cluster and its elected replica. Times are of the wall clock, milliseconds since 1970. */
export interface HaCluster {
  readonly cluster: string;
  readonly replica: string;
  readonly electedAtMs: number;
  /** When the replica was last heard of; undefined since the start. */
  readonly receivedAtMs: number | undefined;
}

interface Election {
  replica: string;
  electedAtMs: number;
  receivedAtMs: number | undefined;
  /** On the monotonic clock. */
  heardMs: number;
}

export interface HaTrackerOptions {
  readonly path: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

export class HaTracker {
  readonly #options: HaTrackerOptions;
  readonly #elections = new Map<string, Election>();
  #electionsMade = 0;
  /** While full: nobody is silent for long enough before this, on the monotonic clock. */
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  #isChanged = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: HaTrackerOptions) {
    this.#options = options;
  }

  /** Reads the elections that were written before. A file that can't be read is dropped, and said so. */
  static async open(options: HaTrackerOptions): Promise<HaTracker> {
    const tracker = new HaTracker(options);
    if ((await options.disk.info(options.path)) !== undefined) {
      try {
        tracker.#load(JSON.parse(new TextDecoder().decode(await options.disk.readFile(options.path))));
      } catch (error) {
        tracker.#elections.clear();
        options.log('warn', 'file of elected replicas dropped: it can not be read', {
          path: options.path,
          ...errorFields(error),
        });
      }
    }
    return tracker;
  }

  /** Notes that a replica sent something; elects it when it may be. */
  hear(cluster: string, replica: string): HaVerdict {
    const nowMs = this.#options.clock.monotonicMs();
    const election = this.#elections.get(cluster);
    if (election === undefined) {
      if (!this.#hasRoom(nowMs)) return 'full';
    } else if (election.replica === replica) {
      election.heardMs = nowMs;
      election.receivedAtMs = this.#options.clock.nowMs();
      return 'elected';
    } else if (nowMs - election.heardMs < FAILOVER_MS) {
      return 'other';
    }
    const wallMs = this.#options.clock.nowMs();
    this.#elections.set(cluster, { replica, electedAtMs: wallMs, receivedAtMs: wallMs, heardMs: nowMs });
    this.#electionsMade++;
    this.#isChanged = true;
    return 'elected';
  }

  /** The elected replica of a cluster. */
  electedOf(cluster: string): string | undefined {
    return this.#elections.get(cluster)?.replica;
  }

  /** All clusters, sorted by name. */
  clusters(): HaCluster[] {
    return [...this.#elections]
      .map(([cluster, { replica, electedAtMs, receivedAtMs }]) => ({
        cluster,
        replica,
        electedAtMs,
        receivedAtMs,
      }))
      .sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  }

  get clusterCount(): number {
    return this.#elections.size;
  }

  /** Elections since the start, first ones and take-overs. */
  get electionsMade(): number {
    return this.#electionsMade;
  }

  /** Resolves when every election made before the call is durable; rejects with a DiskError. */
  save(): Promise<void> {
    const write = this.#writing.then(async () => {
      if (!this.#isChanged) return;
      this.#isChanged = false;
      const clusters = this.clusters().map(({ receivedAtMs: _, ...stored }) => stored);
      const text = JSON.stringify({ version: FORMAT_VERSION, clusters });
      try {
        await this.#options.disk.replaceFile(this.#options.path, new TextEncoder().encode(text));
      } catch (error) {
        this.#isChanged = true;
        throw error;
      }
    });
    // Whoever comes next tries again.
    this.#writing = write.catch(() => undefined);
    return write;
  }

  #hasRoom(nowMs: number): boolean {
    if (this.#elections.size < HA_CLUSTERS_MAX) return true;
    if (nowMs < this.#fullUntilMs) return false;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const [cluster, { heardMs }] of this.#elections) {
      if (nowMs - heardMs >= FAILOVER_MS) this.#elections.delete(cluster);
      else oldestMs = Math.min(oldestMs, heardMs);
    }
    const hasRoom = this.#elections.size < HA_CLUSTERS_MAX;
    if (!hasRoom) this.#fullUntilMs = oldestMs + FAILOVER_MS;
    return hasRoom;
  }

  #load(file: unknown): void {
    const { version, clusters } = file as { version?: unknown; clusters?: unknown };
    if (version !== FORMAT_VERSION || !Array.isArray(clusters)) throw new Error('unknown format');
    const heardMs = this.#options.clock.monotonicMs();
    for (const entry of clusters.slice(0, HA_CLUSTERS_MAX) as Partial<Record<keyof HaCluster, unknown>>[]) {
      const { cluster, replica, electedAtMs } = entry;
      if (typeof cluster !== 'string' || typeof replica !== 'string' || typeof electedAtMs !== 'number') {
        throw new Error('an entry that is none');
      }
      this.#elections.set(cluster, { replica, electedAtMs, receivedAtMs: undefined, heardMs });
    }
  }
}
