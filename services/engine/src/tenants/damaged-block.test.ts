// A block that is damaged under a running server: queries that need it say so, all others go on.

import { expect, test } from 'vitest';
import { FaultyMachine, get, push, settle } from '../testing/faulty-machine.ts';

const HOUR = 3_600_000;
const T = 1_699_999_200_000;
const BLOCKS = '/data/workspaces/ws-1/tsdb';

test('a damaged block in a query is an error that names it, logged and counted; the rest is answered', async () => {
  const machine = new FaultyMachine({ nowMs: T + 5 * HOUR, limits: { defaults: { sample_max_age: '1d' } } });
  const { disk, clock, logged } = machine;
  const engine = await machine.open();
  await engine.createTenant('ws-1');
  const samples = Array.from({ length: 300 }, (_, i) => [T + i * 60_000, i] as const);
  expect((await push(engine, 'ws-1', [{ labels: { __name__: 'm' }, samples }])).status).toBe(200);
  clock.advance(60_000);
  await settle(clock);
  const names = (await disk.list(BLOCKS)).filter((name) => name.length === 26);
  expect(names).toHaveLength(1);
  const chunks = `${BLOCKS}/${names[0]}/chunks/000001`;
  disk.corrupt(chunks, (await disk.info(chunks))!.bytes - 6, 4);

  const range = (from: number, to: number) =>
    get(engine, 'ws-1', `query_range?query=m&start=${T / 1000 + from}&end=${T / 1000 + to}&step=60`);
  const refused = await range(600, 16_000);
  expect(refused.status).toBe(422);
  expect(JSON.parse(refused.text)).toEqual({
    status: 'error',
    errorType: 'execution',
    error: expect.stringMatching(new RegExp(`^block ${names[0]}: chunks/000001 at byte \\d+: .*checksum`)),
  });
  expect((await range(3 * 3600, 4 * 3600)).status).toBe(200);
  expect((await get(engine, 'ws-1', 'labels')).status).toBe(200);
  expect(logged).toContainEqual({
    level: 'error',
    message: 'a query met a block that can not be read',
    fields: expect.objectContaining({ workspace: 'ws-1', error: expect.stringContaining(chunks) }),
  });
  expect(await engine.metricsText()).toContain(
    'ampere_query_requests_total{endpoint="query_range",outcome="damaged_block"} 1\n',
  );
  await engine.stop();
});
