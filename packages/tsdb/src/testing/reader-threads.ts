// Threads that read a database without pause while a test writes it.

import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Lease } from '../lease.ts';
import type { Tsdb } from '../tsdb.ts';
import type { ReaderAnswer, ReaderTask } from './reader-thread.ts';
import type { Expectation } from './steady-series.ts';

export class ReaderThreads {
  readonly #tsdb: Tsdb;
  readonly #workers: Worker[] = [];
  readonly #leases = new Map<number, Lease>();
  readonly #expect: () => Expectation;
  readonly #passes: number;
  #number = 0;
  #isStopping = false;
  reads = 0;
  samples = 0;
  readonly failures: string[] = [];

  private constructor(tsdb: Tsdb, expect: () => Expectation, passes: number) {
    this.#tsdb = tsdb;
    this.#expect = expect;
    this.#passes = passes;
  }

  static async start(
    tsdb: Tsdb,
    threads: number,
    passes: number,
    expect: () => Expectation,
  ): Promise<ReaderThreads> {
    const bundle = await build({
      entryPoints: [new URL('./reader-thread.ts', import.meta.url).pathname],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
    });
    const all = new ReaderThreads(tsdb, expect, passes);
    for (let i = 0; i < threads; i++) {
      const worker = new Worker(bundle.outputFiles[0]!.text, { eval: true, workerData: tsdb.share() });
      worker.on('message', (answer: ReaderAnswer) => all.#take(worker, answer));
      worker.on('error', (error) => all.failures.push(String(error)));
      all.#workers.push(worker);
      all.#send(worker);
    }
    return all;
  }

  /** Resolves when all have answered and are gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    while (this.#leases.size > 0 && this.failures.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    for (const lease of this.#leases.values()) lease.release();
  }

  #send(worker: Worker): void {
    const number = this.#number++;
    const expectation = this.#expect();
    const lease = this.#tsdb.lease();
    this.#leases.set(number, lease);
    const { descriptor } = lease;
    const task: ReaderTask = { number, descriptor, expectation, passes: this.#passes };
    worker.postMessage(task);
  }

  #take(worker: Worker, { number, samples, failure }: ReaderAnswer): void {
    if (failure !== undefined) this.failures.push(failure);
    this.reads++;
    this.samples += samples;
    if (!this.#isStopping) this.#send(worker);
    this.#leases.get(number)!.release();
    this.#leases.delete(number);
  }
}
