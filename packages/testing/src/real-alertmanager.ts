// A real Alertmanager to compare with. Debian's build reads its default templates from /usr/share, where an
// unpacked package doesn't put them: then the unpacked folder is mounted there, for that process alone.

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, type RunningProcess, start, temporaryFolder, until } from './processes.ts';

const TEMPLATES = '/usr/share/prometheus/alertmanager/default.tmpl';

/** Time zones are in the folder that is covered, so they are reached by another way. */
const IN_OWN_MOUNTS = 'mount --bind /usr/share/zoneinfo /mnt; mount --bind "$0" /usr/share && exec "$@"';

export class RealAlertmanager {
  readonly url: string;
  readonly #process: RunningProcess;
  readonly #configPath: string;

  private constructor(url: string, process: RunningProcess, configPath: string) {
    this.url = url;
    this.#process = process;
    this.#configPath = configPath;
  }

  /** Starts it on a fresh folder; `args` come after ours. Killed after the test file at the latest. */
  static async start(
    program: string,
    config: string,
    args: readonly string[] = [],
  ): Promise<RealAlertmanager> {
    const folder = temporaryFolder();
    const configPath = join(folder, 'alertmanager.yml');
    writeFileSync(configPath, config);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const all = [
      `--config.file=${configPath}`,
      `--storage.path=${folder}`,
      '--cluster.listen-address=',
      `--web.listen-address=127.0.0.1:${port}`,
      ...args,
    ];
    const share = join(dirname(program), '..', 'share');
    const process = existsSync(TEMPLATES)
      ? start(program, all)
      : start('unshare', ['-m', 'sh', '-c', IN_OWN_MOUNTS, share, program, ...all], {
          env: { ZONEINFO: '/mnt' },
        });
    const isReady = async () => (await fetch(`${url}/-/ready`)).ok;
    await until('Alertmanager to be ready', isReady, 30_000, process);
    return new RealAlertmanager(url, process, configPath);
  }

  /** Puts another configuration into force. */
  async reload(config: string): Promise<void> {
    writeFileSync(this.#configPath, config);
    const response = await fetch(`${this.url}/-/reload`, { method: 'POST' });
    if (!response.ok) throw new Error(`Alertmanager refuses a configuration: ${await response.text()}`);
  }

  /** What it printed so far. */
  output(): string {
    return this.#process.output();
  }
}
