// What an operator meets: starting, a second server, a bad configuration, metrics, logs, stopping.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, freePort, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ROOT_KEY, signedFetch, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

const BUNDLE = join(ROOT, 'dist', 'ampere.mjs');

test('a second server on the same folder refuses to start and says why', { timeout: 60_000 }, async () => {
  const ampere = await startAmpere();
  const env = { AMPERE_LISTEN: '127.0.0.1:0', AMPERE_DATA_DIR: ampere.dataFolder };
  const second = await run(process.execPath, [BUNDLE, 'serve'], { env });
  expect(second.code).toBe(1);
  expect(second.stderr.trim()).toBe(
    `ampere: the data folder ${ampere.dataFolder} is in use by another running server; stop that one, or set AMPERE_DATA_DIR`,
  );
  expect((await fetch(`${ampere.url}/-/ready`)).status, 'the first one goes on').toBe(200);
});

const refused = (name: string, yaml: string, env: Record<string, string>, text: string) =>
  test(`a bad configuration stops the start: ${name}`, { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ampere.yaml'), yaml);
    const result = await run(process.execPath, [BUNDLE, 'serve', '--config', join(folder, 'ampere.yaml')], {
      env: { AMPERE_DATA_DIR: join(folder, 'data'), ...env },
    });
    expect(result.code).toBe(1);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toContain(text);
  });

refused('an unknown key', 'lisen: 127.0.0.1:1', {}, 'lisen: unknown key');
refused('a bad limit', 'limits: {defaults: {active_series: many}}', {}, 'limits.defaults.active_series');
refused('a bad variable', '', { AMPERE_LISTEN: 'nowhere' }, 'AMPERE_LISTEN: must be host:port');

test('a port that is taken is said in one line', { timeout: 60_000 }, async () => {
  const ampere = await startAmpere();
  const env = { AMPERE_LISTEN: new URL(ampere.url).host, AMPERE_DATA_DIR: join(temporaryFolder(), 'data') };
  const second = await run(process.execPath, [BUNDLE, 'serve'], { env });
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('ampere: listen EADDRINUSE');
});

describeWith('metrics', ['promtool'], ({ promtool }) => {
  test('are signed on the main address, open on their own, and in Prometheus form', {
    timeout: 60_000,
  }, async () => {
    const metricsListen = `127.0.0.1:${await freePort()}`;
    const ampere = await startAmpere({ env: { AMPERE_METRICS_LISTEN: metricsListen } });
    expect((await fetch(`${ampere.url}/metrics`)).status).toBe(403);
    expect((await signedFetch(`${ampere.url}/metrics`)).status).toBe(200);
    const page = await (await fetch(`http://${metricsListen}/metrics`)).text();
    expect(page).toContain('process_resident_memory_bytes');
    expect(page).toContain('ampere_engine_workspaces');
    const checked = await run(promtool, ['check', 'metrics'], { input: page });
    expect(checked.stdout + checked.stderr).toBe('');
    expect((await fetch(`http://${metricsListen}/workspaces`)).status, 'nothing else is open there').toBe(
      404,
    );
  });
});

test('no secret is in the log, and SIGTERM ends with 0', { timeout: 60_000 }, async () => {
  const ampere = await startAmpere({ env: { AMPERE_LOG_LEVEL: 'trace' } });
  await signedFetch(`${ampere.url}/workspaces?X-Amz-Security-Token=token-that-is-secret`);
  await signedFetch(`${ampere.url}/workspaces`, { method: 'POST', body: '{"alias":"body-that-is-private"}' });
  expect(await ampere.stop()).toBe(0);
  const log = ampere.process().output();
  expect(log).toContain('"path":"/workspaces"');
  for (const secret of [
    ROOT_KEY.secretAccessKey,
    'token-that-is-secret',
    'body-that-is-private',
    'Signature=',
  ]) {
    expect(log).not.toContain(secret);
  }
});
