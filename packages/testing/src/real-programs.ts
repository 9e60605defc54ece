// What tests need of the machine they run on: real programs, found in a folder of unpacked packages or
// on PATH, and the folder of shared conformance data. Tests that don't find theirs are skipped and say
// so; AMPERE_REQUIRE_REAL=1 makes that a failure.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const UNPACKED = process.env['AMPERE_REAL_SERVERS'] ?? join(homedir(), '.cache', 'ampere-real-servers');
const SHARED = process.env['AMPERE_SHARED'] ?? join(dirname(ROOT), 'shared');

interface Place {
  /** The path, or undefined when it is not on this machine. */
  readonly find: () => string | undefined;
  /** Where it was looked for, for the one who wonders. */
  readonly where: string;
}

/** Programs in the folder of unpacked packages; some are taken from PATH as well. */
function unpacked(path: string, onPath?: string): Place {
  const whole = join(UNPACKED, path);
  if (onPath === undefined) return { find: () => (isExecutable(whole) ? whole : undefined), where: whole };
  return {
    find: () => (isExecutable(whole) ? whole : findOnPath(onPath)),
    where: `${whole} or ${onPath} on PATH`,
  };
}

const PLACES = {
  prometheus: unpacked('x/prometheus3/usr/bin/prometheus', 'prometheus'),
  promtool: unpacked('x/promtool3/usr/bin/promtool', 'promtool'),
  prometheus2: unpacked('x/prometheus2/usr/bin/prometheus'),
  promtool2: unpacked('x/prometheus2/usr/bin/promtool'),
  alertmanager: unpacked('x/alertmanager/usr/bin/prometheus-alertmanager'),
  amtool: unpacked('x/alertmanager/usr/bin/amtool', 'amtool'),
  node_exporter: unpacked('x/node_exporter/usr/bin/prometheus-node-exporter'),
  victoria_metrics: unpacked('x/victoria_metrics/usr/bin/victoria-metrics'),
  aws: { find: () => findOnPath('aws'), where: 'aws on PATH' },
  /** One that signs (7.75 or newer). */
  curl: { find: findCurl, where: 'curl on PATH that has --aws-sigv4' },
  /** A Python that has the AWS client; its path. Never obligatory: the AWS CLI covers the same ground. */
  boto3: pythonWith('boto3'),
  /** The same, where a botocore is enough, such as the one of the AWS CLI. */
  botocore: pythonWith('botocore'),
  /** The folder of shared conformance data. */
  shared: {
    find: () => (existsSync(join(SHARED, 'conformance')) ? SHARED : undefined),
    where: `conformance/ in ${SHARED} (AMPERE_SHARED)`,
  },
} as const satisfies Record<string, Place>;

/** What AMPERE_REQUIRE_REAL doesn't ask for. */
const OPTIONAL: readonly string[] = ['boto3', 'botocore'];

/** A real program, or the folder of shared data. */
export type Need = keyof typeof PLACES;
export type Paths<Name extends Need> = Readonly<Record<Name, string>>;

/**
 * A `describe` that needs something of the machine; `body` gets the paths. When something is missing,
 * `body` is not run.
 */
export function describeWith<Name extends Need>(
  title: string,
  needs: readonly Name[],
  body: (paths: Paths<Name>) => void,
): void {
  const found = needs.map((name) => [name, PLACES[name].find()] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length === 0) {
    describe(title, () => body(Object.fromEntries(found) as Paths<Name>));
    return;
  }
  const reason = missing.map((name) => `no ${name} (${PLACES[name].where})`).join(', ');
  if (process.env['AMPERE_REQUIRE_REAL'] === '1' && missing.some((name) => !OPTIONAL.includes(name))) {
    describe(title, () => {
      test(reason, () => expect.fail(`${title}: ${reason}, and AMPERE_REQUIRE_REAL is set`));
    });
    return;
  }
  console.warn(`skipped: ${title}: ${reason}`);
  // A suite must hold a test to be reported as skipped.
  describe(title, () => test.skip(`skipped: ${reason}`, () => {}));
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function findCurl(): string | undefined {
  const curl = findOnPath('curl');
  if (curl === undefined) return undefined;
  const { stdout } = spawnSync(curl, ['--help', 'all'], { encoding: 'utf8' });
  return stdout.includes('--aws-sigv4') ? curl : undefined;
}

function pythonWith(module: string): Place {
  const find = () => {
    const python = findOnPath('python3');
    if (python === undefined || spawnSync(python, ['-c', `import ${module}`]).status !== 0) return undefined;
    return python;
  };
  return { find, where: `python3 on PATH that can import ${module}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
