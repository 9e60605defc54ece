// A server whose disk really is full, on a small file system of its own. Needs the right to mount one; without, the
// test is skipped, and what a full disk does is shown by the simulated ones alone.
//
// What was acknowledged is there all the time; writes are refused so that clients send them again; the server
// starts while there is no room; and when there is room again, it goes on by itself.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { until } from '@ampere/testing';
import { afterEach, expect, test } from 'vitest';
import { type AmpereServer, createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';

const SERIES = 100;
let mounted: string | undefined;
let ampere: AmpereServer | undefined;

afterEach(async () => {
  await ampere?.kill9();
  if (mounted !== undefined) execFileSync('umount', [mounted]);
  mounted = undefined;
});

/** Whether a file system of 16 MiB was mounted there. */
function mountSmall(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  mounted = folder;
  return true;
}

/** Leaves no byte free. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let bytes = 65_536; bytes > 0; bytes >>= 1) {
      const piece = new Uint8Array(bytes);
      for (;;) {
        try {
          writeSync(file, piece);
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
          break;
        }
      }
    }
  } finally {
    closeSync(file);
  }
}

async function write(workspace: string, timestampMs: number): Promise<{ status: number; text: string }> {
  const timeseries = Array.from({ length: SERIES }, (_, i) => ({
    labels: [
      ['__name__', 'm'],
      ['i', String(i)],
    ] as const,
    samples: [{ timestampMs, value: timestampMs }],
  }));
  const response = await signedFetch(`${ampere!.url}/workspaces/${workspace}/api/v1/remote_write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: encodeSnappy(encodeWriteRequest({ timeseries })),
  });
  return { status: response.status, text: await response.text() };
}

test('a full disk loses nothing that was acknowledged, and refuses in a way that is tried again', async ({
  skip,
}) => {
  let isSmall = false;
  ampere = await startAmpere({
    env: { AMPERE_LOG_LEVEL: 'error' },
    before: async (folder) => {
      isSmall = mountSmall(folder);
    },
  });
  if (!isSmall) skip('no right to mount a file system');
  const workspace = await createWorkspace(ampere);
  const acknowledged: number[] = [];
  let timeMs = Date.now() - 600_000;
  const writeNext = async () => {
    const answer = await write(workspace, ++timeMs);
    if (answer.status === 200) acknowledged.push(timeMs);
    return answer;
  };
  const checkAll = async () => {
    const query = `query?query=${encodeURIComponent('m[30m]')}&time=${Date.now() / 1000 + 600}`;
    const response = await signedFetch(`${ampere!.url}/workspaces/${workspace}/api/v1/${query}`);
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
    expect(data.result).toHaveLength(SERIES);
    for (const { values } of data.result) {
      const found = values.map(([timeS]) => Math.round(timeS * 1000));
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual(expect.arrayContaining(acknowledged));
      expect(values.every(([, value], i) => Number(value) === found[i])).toBe(true);
    }
  };
  for (let i = 0; i < 20; i++) expect((await writeNext()).status).toBe(200);

  const filler = join(ampere.dataFolder, 'filler');
  fill(filler);
  await until('writes to be refused', async () => (await writeNext()).status !== 200, 20_000);
  expect(await writeNext()).toEqual({
    status: 503,
    text: expect.stringContaining('the disk is full; send them again'),
  });
  await checkAll();

  await ampere.kill9();
  await ampere.startAgain();
  await checkAll();
  expect((await writeNext()).status).toBe(503);

  // A stop leaves some room, which others take; SQLite needs some to open its database.
  await ampere.stop();
  const more = join(ampere.dataFolder, 'more');
  fill(more);
  await ampere.startAgain();
  await checkAll();

  rmSync(filler);
  rmSync(more);
  await until('writes to be taken', async () => (await writeNext()).status === 200, 30_000);
  await checkAll();
  await ampere.kill9();
  await ampere.startAgain();
  await checkAll();
});
