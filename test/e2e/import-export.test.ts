// Blocks of promtool and OpenMetrics text into a workspace, and the workspace out to the real Prometheus.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { type AmpereServer, createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

const HOUR_S = 3600;
/** Two days ago, at the beginning of two hours. */
const START_S = Math.floor((Date.now() / 1000 - 48 * HOUR_S) / (2 * HOUR_S)) * 2 * HOUR_S;
const STEP_S = 60;
const SAMPLES = 600;

/** A counter and a gauge over ten hours. */
function openMetrics(series: number, offset = 0): string {
  const lines = ['# TYPE imported counter'];
  for (let i = 0; i < series; i++) {
    for (let s = 0; s < SAMPLES; s++) {
      lines.push(`imported_total{i="${i}"} ${s * i + offset} ${START_S + s * STEP_S}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

function cli(dataFolder: string, listen: string, ...args: string[]) {
  const env = { ...process.env, AMPERE_DATA_DIR: dataFolder, AMPERE_LISTEN: listen };
  return run(process.execPath, [join(ROOT, 'dist', 'ampere.mjs'), ...args], { env });
}

async function count(ampere: AmpereServer, workspace: string): Promise<Record<string, number>> {
  const query = encodeURIComponent('count_over_time(imported_total[12h])');
  const time = START_S + 11 * HOUR_S;
  const url = `${ampere.url}/workspaces/${workspace}/api/v1/query?query=${query}&time=${time}`;
  const { data } = (await (await signedFetch(url)).json()) as {
    data: { result: { metric: { i: string }; value: [number, string] }[] };
  };
  return Object.fromEntries(data.result.map(({ metric, value }) => [metric.i, Number(value[1])]));
}

describeWith('import and export', ['promtool'], ({ promtool }) => {
  test('blocks in, text in, both once only, and blocks out again', { timeout: 180_000 }, async () => {
    const ampere = await startAmpere({ env: { AMPERE_LOG_LEVEL: 'warn' } });
    const workspace = await createWorkspace(ampere);
    const listen = new URL(ampere.url).host;
    const ours = (...args: string[]) => cli(ampere.dataFolder, listen, ...args);
    const folder = temporaryFolder();
    const text = join(folder, 'text.om');
    const blocks = join(folder, 'blocks');
    mkdirSync(blocks);
    writeFileSync(text, openMetrics(3));
    const made = await run(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', text, blocks]);
    expect(made.code, made.stderr).toBe(0);

    const first = await ours('import', '--workspace', workspace, '--from', blocks);
    expect(first.stderr).not.toContain('refused');
    expect(first.stdout).toMatch(/^[56] blocks imported, 0 were there already, 0 refused\n$/);
    expect(await count(ampere, workspace)).toEqual({ 0: SAMPLES, 1: SAMPLES, 2: SAMPLES });
    const again = await ours('import', '--workspace', workspace, '--from', blocks);
    expect(again.stdout).toMatch(/^0 blocks imported, [56] were there already, 0 refused\n$/);

    writeFileSync(text, openMetrics(5));
    const more = await ours('import', '--workspace', workspace, '--from', text);
    expect(more.stdout).toMatch(/^[56] blocks imported/);
    expect(Object.keys(await count(ampere, workspace))).toHaveLength(5);
    writeFileSync(text, openMetrics(1, 0.5));
    const other = await ours('import', '--workspace', workspace, '--from', text);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('has another value at')]);
    expect((await ours('import', '--workspace', 'ws-none', '--from', text)).stderr).toContain(
      'has no workspace',
    );
    writeFileSync(text, 'imported_total 1\n# EOF\n');
    expect((await ours('import', '-w', workspace, '-f', text)).stderr).toContain('without a time');

    const out = join(folder, 'out');
    const exported = await ours('export', '--workspace', workspace, '--to', out);
    expect(exported.code, exported.stderr).toBe(0);
    // promtool looks for a log beside the blocks.
    mkdirSync(join(out, 'wal'));
    const dumped = await run(promtool, ['tsdb', 'dump', out]);
    expect(dumped.stdout.trim().split('\n')).toHaveLength(5 * SAMPLES);
    expect(await ampere.stop()).toBe(0);

    // Without a server the database is opened directly.
    const offline = await ours('import', '--workspace', workspace, '--from', out);
    expect(offline.stdout).toMatch(/^0 blocks imported, \d+ were there already, 0 refused\n$/);
  });
});
