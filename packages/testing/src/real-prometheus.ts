// A real Prometheus to compare with: an empty one on a loopback port of its own choice, fed by remote
// write and gone at the end of the test file.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, start, temporaryFolder, until } from './processes.ts';

export interface PrometheusOptions {
  /** The text of its configuration file; by default it scrapes nothing. */
  readonly configuration?: string;
  /** Where its blocks and log are or will be; by default a fresh folder. */
  readonly dataFolder?: string;
  /** More arguments, for example `--enable-feature=…`. */
  readonly arguments?: readonly string[];
}

export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

export class RealPrometheus {
  readonly url: string;
  readonly process: RunningProcess;

  private constructor(url: string, process: RunningProcess) {
    this.url = url;
    this.process = process;
  }

  /** Starts the program at a path with its remote-write receiver on; resolves when it answers. */
  static async start(program: string, options: PrometheusOptions = {}): Promise<RealPrometheus> {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'prometheus.yml'), options.configuration ?? 'global: {}\n');
    const running = start(
      program,
      [
        '--config.file=prometheus.yml',
        `--storage.tsdb.path=${options.dataFolder ?? 'data'}`,
        '--web.listen-address=127.0.0.1:0',
        '--web.enable-remote-write-receiver',
        ...(options.arguments ?? []),
      ],
      { cwd: folder },
    );
    const whatItLogged = () => {
      const log = running.output();
      // The log names the port and says when the storage is open, in either order.
      return log.includes('Server is ready') && /address=(127\.0\.0\.1:[1-9]\d*)/.exec(log)?.[1];
    };
    const address = await until('Prometheus to be ready', whatItLogged, 60_000, running);
    return new RealPrometheus(`http://${address}`, running);
  }

  /**
   * Asks the API. `target` is `METHOD path?search` below /api/v1/; a body is sent as a form, and
   * redirects are not followed.
   */
  async ask(target: string, body: string | URLSearchParams = ''): Promise<ApiAnswer> {
    const [, method, path] = /^([A-Z]+) (.*)$/s.exec(target)!;
    const form = {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(body),
    };
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method: method!,
      redirect: 'manual',
      ...(form.body === '' ? {} : form),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Remote write of a Remote-Write 1.0 request, already compressed. */
  async write(body: Uint8Array): Promise<void> {
    const response = await fetch(`${this.url}/api/v1/write`, {
      method: 'POST',
      headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
      body: Buffer.from(body),
    });
    if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
  }
}
