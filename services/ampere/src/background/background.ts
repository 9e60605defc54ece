// The main thread's end of the background thread: has large files read there, and hands its scrapes to the
// engine as remote writes.
//
// When the thread dies, what was asked of it fails, and another one is started with all scrapers.
import { Worker } from 'node:worker_threads';
import type { EngineClient, ScraperAssignment, ScraperListener } from '@ampere/contracts';
import type { AlertManagerReading, RuleFileReading } from '@ampere/control-plane';
import type { Logger } from 'pino';
import type { ElsewhereReader, ReadTask } from '../definition-readers.ts';
import type { LogGroups } from '../log-groups/log-groups.ts';
import type { BackgroundSettings, FromBackground, ToBackground } from './messages.ts';

export interface BackgroundOptions {
  /** The bundled background-main.ts. */
  readonly entry: URL;
  readonly settings: BackgroundSettings;
  readonly engine: EngineClient;
  readonly logGroups: LogGroups;
  readonly logger: Logger;
}

type Reading = RuleFileReading | AlertManagerReading;

interface Pending {
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: Error) => void;
}

export class Background implements ElsewhereReader, ScraperListener {
  readonly #options: BackgroundOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #assignments = new Map<string, ScraperAssignment>();
  #nextId = 0;
  #worker: Worker;
  #stopping: (() => void) | undefined;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    this.#worker = this.#begin();
  }

  read(task: ReadTask): Promise<Reading> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#post({ type: 'read', id, task });
    });
  }

  scraperChanged(assignment: ScraperAssignment): void {
    this.#assignments.set(assignment.scraperId, assignment);
    this.#post({ type: 'scraper', assignment });
  }

  scraperRemoved(scraperId: string): void {
    this.#assignments.delete(scraperId);
    this.#post({ type: 'no-scraper', scraperId });
  }

  /** Ends all scraping and the thread. */
  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#stopping = resolve;
    });
    this.#post({ type: 'stop' });
    await stopped;
    await this.#worker.terminate();
  }

  #post(message: ToBackground): void {
    this.#worker.postMessage(message);
  }

  #begin(): Worker {
    const { entry, settings, logger } = this.#options;
    const worker = new Worker(entry, { workerData: settings });
    worker.on('message', (message: FromBackground) => this.#take(message));
    worker.on('error', (error) => logger.error({ err: error }, 'the background thread failed'));
    worker.once('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the background thread has ended'));
      this.#pending.clear();
      if (this.#stopping !== undefined) {
        this.#stopping();
        return;
      }
      this.#worker = this.#begin();
      for (const assignment of this.#assignments.values()) this.#post({ type: 'scraper', assignment });
    });
    return worker;
  }

  #take(message: FromBackground): void {
    switch (message.type) {
      case 'reading':
        this.#pending.get(message.id)?.resolve(message.reading);
        this.#pending.delete(message.id);
        return;
      case 'failure':
        this.#pending.get(message.id)?.reject(new Error(message.message));
        this.#pending.delete(message.id);
        return;
      case 'write':
        void this.#write(message);
        return;
      case 'scraper-log': {
        const { scraperId, logGroupArn, step, level, message: text, fields } = message;
        this.#options.logGroups.append(logGroupArn, {
          scraperId,
          component: step,
          message: { log: text, level: level.toUpperCase(), ...fields },
        });
        return;
      }
      case 'problem':
        this.#options.logger.error({ problem: message.message }, 'BUG: the background thread has a problem');
        return;
      case 'stopped':
        this.#stopping?.();
        return;
    }
  }

  async #write({
    id,
    scraperId,
    workspaceId,
    body,
  }: Extract<FromBackground, { type: 'write' }>): Promise<void> {
    const { engine } = this.#options;
    try {
      const answer = await engine.request({
        tenant: workspaceId,
        method: 'POST',
        path: '/api/v1/push',
        search: '',
        headers: {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
        },
        body,
        principalArn: `scraper/${scraperId}`,
        requestId: `${scraperId}-${id}`,
      });
      const text = answer.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : '';
      this.#post({ type: 'written', id, status: answer.status, text });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#post({ type: 'written', id, status: 503, text });
    }
  }
}
