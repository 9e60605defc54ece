// What becomes of a suite whose needs are met or not: a run of its own, since a suite that fails on
// purpose would fail this one.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run, temporaryFolder } from './processes.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(dirname(here)));
const nothing = temporaryFolder();

const SUITE = `
import { expect, test } from 'vitest';
import { describeWith } from '${join(here, 'real-programs.ts')}';
describeWith('suite', ['shared', 'alertmanager'], ({ shared, alertmanager }) => {
  test('runs', () => expect([shared, alertmanager]).toEqual([process.env.AMPERE_SHARED, process.env.PROGRAM]));
});
test('another', () => {});
`;

async function runSuite(env: Record<string, string>) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'suite.test.mjs'), SUITE);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--root', folder, '--reporter', 'verbose', '--no-color'];
  const { code, stdout, stderr } = await run(process.execPath, args, {
    cwd: root,
    env: { AMPERE_REAL_SERVERS: nothing, AMPERE_SHARED: nothing, AMPERE_REQUIRE_REAL: '', ...env },
  });
  return { code, output: stdout + stderr };
}

test('a suite whose needs are missing is skipped, and a line says what was looked for where', async () => {
  const { code, output } = await runSuite({});
  expect(code, output).toBe(0);
  expect(output).toContain(
    `skipped: suite: no shared (conformance/ in ${nothing} (AMPERE_SHARED)), no alertmanager`,
  );
  expect(output).toContain('1 passed | 1 skipped');
});

test('AMPERE_REQUIRE_REAL=1 makes it a failure, of this suite alone', async () => {
  const { code, output } = await runSuite({ AMPERE_REQUIRE_REAL: '1' });
  expect(code, output).toBe(1);
  expect(output).toContain('and AMPERE_REQUIRE_REAL is set');
  expect(output).toContain('1 failed | 1 passed');
});

test('a suite that finds everything runs with the paths', async () => {
  const servers = temporaryFolder();
  const program = join(servers, 'x/alertmanager/usr/bin/prometheus-alertmanager');
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, '', { mode: 0o755 });
  const shared = temporaryFolder();
  mkdirSync(join(shared, 'conformance'));
  const { code, output } = await runSuite({
    AMPERE_REAL_SERVERS: servers,
    AMPERE_SHARED: shared,
    AMPERE_REQUIRE_REAL: '1',
    PROGRAM: program,
  });
  expect(code, output).toBe(0);
  expect(output).toContain('2 passed');
});
