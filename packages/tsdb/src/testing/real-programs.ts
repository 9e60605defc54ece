// Prometheus and promtool, when they are on this machine: in AMPERE_REAL_SERVERS, by default
// ~/.cache/ampere-real-servers. AMPERE_REQUIRE_REAL=1 makes a missing one a failure.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const FOLDER = process.env['AMPERE_REAL_SERVERS'] ?? join(homedir(), '.cache', 'ampere-real-servers');

const PLACES = {
  '3.5': {
    prometheus: ['x/prometheus3/usr/bin/prometheus'],
    promtool: ['x/promtool3/usr/bin/promtool', 'x/prometheus3/usr/bin/promtool'],
  },
  '2.42': {
    prometheus: ['x/prometheus2/usr/bin/prometheus'],
    promtool: ['x/prometheus2/usr/bin/promtool'],
  },
} as const;

export interface RealPrometheus {
  readonly version: string;
  readonly prometheus: string;
  readonly promtool: string;
}

/** The versions that are there. */
export function realPrometheuses(): RealPrometheus[] {
  const found: RealPrometheus[] = [];
  for (const [version, places] of Object.entries(PLACES)) {
    const prometheus = places.prometheus.map((place) => join(FOLDER, place)).find(isExecutable);
    const promtool = places.promtool.map((place) => join(FOLDER, place)).find(isExecutable);
    if (prometheus !== undefined && promtool !== undefined) found.push({ version, prometheus, promtool });
    else if (process.env['AMPERE_REQUIRE_REAL'] === '1')
      throw new Error(`no Prometheus ${version} in ${FOLDER}`);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a program prints; throws with what it complains of when it fails. */
export function output(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

export interface RunningPrometheus {
  readonly url: string;
  /** Ends it and resolves with what it logged. */
  stop(): Promise<string>;
}

/** Starts a server on a data folder that is kept whatever its age, and waits until it is ready. */
export async function startPrometheus(
  program: string,
  folder: string,
  config: string,
): Promise<RunningPrometheus> {
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}`,
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let found: string | undefined;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      log += text;
      found ??= /address=127\.0\.0\.1:([1-9]\d*)/.exec(log)?.[1];
      if (found !== undefined && log.includes('Server is ready to receive web requests')) resolve(found);
    });
    child.once('exit', () => reject(new Error(`${program} ended: ${log}`)));
    child.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return log;
    },
  };
}
