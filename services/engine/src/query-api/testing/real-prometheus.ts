// A real Prometheus to compare with: an empty one on a free loopback port, fed by remote write.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FloatHistogram } from '@ampere/promql';
import { encodeSnappy, encodeWriteRequest, type OutgoingSeries } from '@ampere/remote-write';
import { encodeHistogram } from './histogram-message.ts';
import type { MemorySeries } from './memory-querier.ts';

/** The program, or undefined when this machine has none. */
export function findPrometheus(): string | undefined {
  const folder = process.env['AMPERE_REAL_SERVERS'] ?? join(homedir(), '.cache/ampere-real-servers');
  const path = join(folder, 'x/prometheus3/usr/bin/prometheus');
  return existsSync(path) ? path : undefined;
}

export class RealPrometheus {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(started: ChildProcess, folder: string, url: string) {
    this.#process = started;
    this.#folder = folder;
    this.#url = url;
  }

  static async start(program: string): Promise<RealPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'ampere-real-prometheus-'));
    await writeFile(join(folder, 'prometheus.yml'), 'global: {}\n');
    const started = spawn(
      program,
      [
        '--config.file=prometheus.yml',
        '--storage.tsdb.path=data',
        '--web.listen-address=127.0.0.1:0',
        '--web.enable-remote-write-receiver',
        '--enable-feature=native-histograms',
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    let address: string | undefined;
    let isReady = false;
    // The log names the port and says when the storage is open, in either order.
    for await (const line of createInterface({ input: started.stderr! })) {
      log += `${line}\n`;
      address ??= /msg="Listening on".* address=(\S+)/.exec(line)?.[1];
      isReady ||= line.includes('Server is ready');
      if (address !== undefined && isReady) break;
    }
    if (address === undefined || !isReady) throw new Error(`prometheus did not start:\n${log}`);
    started.stderr!.resume();
    return new RealPrometheus(started, folder, `http://${address}`);
  }

  async write(series: readonly MemorySeries[]): Promise<void> {
    await this.#send(
      series.map(({ labels, samples }) => ({
        labels,
        samples: samples.map(([timestampMs, value]) => ({ timestampMs, value })),
      })),
    );
  }

  async writeHistogram(name: string, timeMs: number, histogram: FloatHistogram): Promise<void> {
    const histograms = [encodeHistogram(histogram, timeMs)];
    await this.#send([{ labels: [['__name__', name]], samples: [], histograms }]);
  }

  async #send(timeseries: readonly OutgoingSeries[]): Promise<void> {
    const response = await fetch(`${this.#url}/api/v1/write`, {
      method: 'POST',
      headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
      body: Buffer.from(encodeSnappy(encodeWriteRequest({ timeseries }))),
    });
    if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
  }

  /** `target` is `METHOD path?search` below /api/v1/; a body is sent as a form. */
  async ask(target: string, body = ''): Promise<{ status: number; text: string }> {
    const [, method, path] = /^([A-Z]+) (.*)$/s.exec(target)!;
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
    const response = await fetch(`${this.#url}/api/v1/${path}`, {
      method: method!,
      redirect: 'manual',
      ...(body === '' ? {} : form),
    });
    return { status: response.status, text: await response.text() };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
