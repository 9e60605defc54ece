// A backup of a running server under load, brought back beside it: what was acknowledged before is all there.

import { join } from 'node:path';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { type AmpereServer, createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

const SERIES = 200;

async function write(ampere: AmpereServer, workspace: string, timestampMs: number): Promise<void> {
  const timeseries = Array.from({ length: SERIES }, (_, i) => ({
    labels: [
      ['__name__', 'kept_total'],
      ['i', String(i)],
    ] as const,
    samples: [{ timestampMs, value: timestampMs % 1e6 }],
  }));
  const response = await signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/remote_write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: encodeSnappy(encodeWriteRequest({ timeseries })),
  });
  expect(response.status).toBe(200);
}

function cli(dataFolder: string, ...args: string[]) {
  const env = { ...process.env, AMPERE_DATA_DIR: dataFolder };
  return run(process.execPath, [join(ROOT, 'dist', 'ampere.mjs'), ...args], { env });
}

test('a backup of a running server has all that was acknowledged before it', {
  timeout: 120_000,
}, async () => {
  const ampere = await startAmpere({ env: { AMPERE_LOG_LEVEL: 'warn' } });
  const workspace = await createWorkspace(ampere);
  const startMs = Date.now() - 1_800_000;
  for (let tick = 0; tick < 50; tick++) await write(ampere, workspace, startMs + tick);

  const backup = join(temporaryFolder(), 'backup');
  let running = true;
  const writing = (async () => {
    for (let tick = 50; running; tick++) await write(ampere, workspace, startMs + tick);
  })();
  const made = await cli(ampere.dataFolder, 'backup', '--to', backup);
  running = false;
  await writing;
  expect(made.stderr).not.toContain('ampere:');
  expect(made.code).toBe(0);
  expect((await cli(ampere.dataFolder, 'backup', '--to', backup)).stderr).toContain('is not empty');
  expect((await cli(ampere.dataFolder, 'restore', '--from', backup)).stderr).toContain('is not empty');
  await ampere.kill9();

  const again = await startAmpere({
    before: async (dataFolder) => {
      const restored = await cli(dataFolder, 'restore', '--from', backup);
      expect(restored.code, restored.stderr).toBe(0);
    },
  });
  const query = encodeURIComponent('count_over_time(kept_total[1h])');
  const response = await signedFetch(
    `${again.url}/workspaces/${workspace}/api/v1/query?query=${query}&time=${startMs / 1000 + 1800}`,
  );
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  expect(data.result).toHaveLength(SERIES);
  for (const { value } of data.result) expect(Number(value[1])).toBeGreaterThanOrEqual(50);
  expect(await again.stop()).toBe(0);
});
