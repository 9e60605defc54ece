// A query that would run for many minutes, in a real server: others are answered and samples are taken meanwhile, it is
// listed, and it ends when its client hangs up or when an administrator cancels it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { temporaryFolder, until } from '@ampere/testing';
import { expect, test } from 'vitest';
import { createWorkspace, type SignedRequest, signedFetch, startAmpere } from '../harness/index.ts';

const LONG = 'sum(max_over_time(m[30d:1s]))';

interface Listed {
  readonly id: string;
  readonly query: string;
  readonly state: string;
  readonly outcome: string;
}

/** Samples that the steps of a subquery see at once. */
function someSeries(count: number): Uint8Array {
  const timestampMs = Date.now() - 5_000;
  const timeseries = Array.from({ length: count }, (_, i) => ({
    labels: [
      ['__name__', 'm'],
      ['i', String(i)],
    ] as [string, string][],
    samples: [{ timestampMs, value: i }],
  }));
  return encodeSnappy(encodeWriteRequest({ timeseries }));
}

test('a long query holds up nobody and can be ended', { timeout: 120_000 }, async () => {
  const configuration = join(temporaryFolder(), 'ampere.yml');
  writeFileSync(configuration, 'queries: {threads: 2}\n');
  const ampere = await startAmpere({ env: { AMPERE_CONFIG: configuration } });
  const workspace = await createWorkspace(ampere);
  const other = await createWorkspace(ampere);
  const ask = (path: string, request?: SignedRequest, of = workspace) =>
    signedFetch(`${ampere.url}/workspaces/${of}/api/v1/${path}`, request);
  const write = () =>
    ask('remote_write', {
      method: 'POST',
      headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' },
      body: someSeries(2000),
    });
  const listed = async () => {
    const { data } = (await (await ask('status/queries')).json()) as {
      data: { active: Listed[]; last: Listed[] };
    };
    return data;
  };
  const running = async () => (await listed()).active.find(({ state }) => state === 'running');
  expect((await write()).status).toBe(200);

  const hangUp = new AbortController();
  const path = `query?query=${encodeURIComponent(LONG)}`;
  const first = ask(path, { signal: hangUp.signal });
  first.catch(() => undefined);
  expect(await until('the query to run', running)).toMatchObject({ query: LONG });
  expect((await write()).status).toBe(200);
  const count = (await (await ask('query?query=count(m)')).json()) as { data: { result: unknown[] } };
  expect(count.data.result).toMatchObject([{ value: [expect.anything(), '2000'] }]);
  hangUp.abort();
  await expect(first).rejects.toThrow();
  await until('the query to end', async () => (await listed()).active.length === 0);
  const ended = (await listed()).last.find(({ query }) => query === LONG);
  expect(ended).toMatchObject({ outcome: 'canceled' });

  const second = ask(path);
  const { id } = (await until('the query to run again', running)) as Listed;
  expect((await ask(`status/queries/${id}`, { method: 'DELETE' }, other)).status).toBe(404);
  expect((await ask(`status/queries/${id}`, { method: 'DELETE' })).status).toBe(200);
  const canceled = await second;
  expect([canceled.status, await canceled.json()]).toEqual([
    499,
    {
      status: 'error',
      errorType: 'canceled',
      error: 'query was canceled in expression evaluation: by an administrator',
    },
  ]);

  const third = ask(path);
  await until('the query to run once more', running);
  expect(await ampere.stop()).toBe(0);
  // The gateway hangs up for its clients, or the engine stops first.
  expect([499, 503]).toContain((await third).status);
});
