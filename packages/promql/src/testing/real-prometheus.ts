// A real Prometheus for differential tests, when there is one: the program that AMPERE_PROMETHEUS names, or
// the one that the tool `real-servers` has unpacked into its default folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const UNPACKED = '.cache/ampere-real-servers/x/prometheus3/usr/bin/prometheus';

/** The path of a Prometheus 3, or null. */
export function findPrometheus(): string | null {
  const path = process.env['AMPERE_PROMETHEUS'] ?? join(homedir(), UNPACKED);
  return existsSync(path) ? path : null;
}

/** What an endpoint of the query API answered. */
export interface ApiAnswer {
  readonly status: 'success' | 'error';
  readonly data?: unknown;
  readonly error?: string;
}

/** A running Prometheus on a port of its own choice, with all experimental parts of the language on. */
export class RealPrometheus {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.#process = process;
    this.#folder = folder;
  }

  /** Resolves when it answers. `configuration` is its YAML file. */
  static async start(
    path: string,
    configuration = 'global: {scrape_interval: 1h}\n',
  ): Promise<RealPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'ampere-prometheus-'));
    writeFileSync(join(folder, 'prometheus.yml'), configuration);
    const child = spawn(
      path,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--enable-feature=promql-experimental-functions,promql-duration-expr',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let address = '';
    let isReady = false;
    const log: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      log.push(line);
      address = /"Listening on".* address=(\S+)/.exec(line)?.[1] ?? address;
      // The two lines come in either order.
      isReady ||= line.includes('Server is ready to receive web requests');
      if (!isReady || address === '') continue;
      child.stderr.resume();
      return new RealPrometheus(`http://${address}`, child, folder);
    }
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Prometheus did not start:\n${log.join('\n')}`);
  }

  /** Asks an endpoint below /api/v1/. */
  async ask(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<ApiAnswer> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.url}/api/v1/${endpoint}`, { method: 'POST', body });
    return (await response.json()) as ApiAnswer;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
