// The real programs that end-to-end tests run: found in a folder of unpacked packages or on PATH.
//
// AMPERE_REAL_SERVERS names the folder (default ~/.cache/ampere-real-servers). Tests whose programs
// are missing are skipped and say so; AMPERE_REQUIRE_REAL=1 makes a missing program a failure.

import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

const FOLDER = process.env['AMPERE_REAL_SERVERS'] ?? join(homedir(), '.cache', 'ampere-real-servers');

const PLACES = {
  prometheus: 'x/prometheus3/usr/bin/prometheus',
  promtool: 'x/promtool3/usr/bin/promtool',
  prometheus2: 'x/prometheus2/usr/bin/prometheus',
  promtool2: 'x/prometheus2/usr/bin/promtool',
  alertmanager: 'x/alertmanager/usr/bin/prometheus-alertmanager',
  amtool: 'x/alertmanager/usr/bin/amtool',
  node_exporter: 'x/node_exporter/usr/bin/prometheus-node-exporter',
  victoria_metrics: 'x/victoria_metrics/usr/bin/victoria-metrics',
} as const;

/** Names on PATH, for programs that are not among the unpacked ones. */
const ON_PATH = { prometheus: 'prometheus', promtool: 'promtool', amtool: 'amtool', aws: 'aws' } as const;

export type ProgramName = keyof typeof PLACES | 'aws';

/** The program's path, or undefined when it is not on this machine. */
export function findProgram(name: ProgramName): string | undefined {
  const candidates: string[] = [];
  if (name !== 'aws') candidates.push(join(FOLDER, PLACES[name]));
  const bare = (ON_PATH as Record<string, string>)[name];
  if (bare !== undefined) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) candidates.push(join(folder, bare));
  }
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A `describe` that needs real programs; `body` gets their paths. */
export function describeWith<Name extends ProgramName>(
  title: string,
  names: readonly Name[],
  body: (paths: Record<Name, string>) => void,
): void {
  const found = names.map((name) => [name, findProgram(name)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length === 0) {
    describe(title, () => body(Object.fromEntries(found) as Record<Name, string>));
    return;
  }
  if (process.env['AMPERE_REQUIRE_REAL'] === '1') {
    throw new Error(
      `${title}: ${missing.join(', ')} not found in ${FOLDER} or on PATH, and AMPERE_REQUIRE_REAL is set`,
    );
  }
  // A suite must hold a test to be reported as skipped.
  describe.skip(`${title} (skipped: ${missing.join(', ')} not found)`, () =>
    body({} as Record<Name, string>));
}
