// Acknowledged means durable: writers at full speed, `kill -9` at a random moment, and every sample
// that was answered with 2xx must be there again, once, with its value.
//
// A request is a minute of the samples' time after the one before, and maintenance goes on all the time, so that
// the server is killed while it writes blocks, compacts them and cuts its log.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { type AmpereServer, createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const ROUNDS = Number(
  process.env['AMPERE_KILL_ROUNDS'] ?? (process.env['AMPERE_TEST_LONG'] === '1' ? 100 : 10),
);
const WRITERS = 4;
const SERIES_PER_REQUEST = 50;
const ACKS_PER_ROUND_MAX = 240;
const TICK_MS = 60_000;
const DAY_MS = 86_400_000;

/** Writes one sample to each of a writer's series; resolves when it was acknowledged. */
async function write(
  ampere: AmpereServer,
  workspace: string,
  writer: number,
  timestampMs: number,
): Promise<void> {
  const timeseries = Array.from({ length: SERIES_PER_REQUEST }, (_, series) => ({
    labels: [
      ['__name__', 'crash_total'],
      ['series', String(series)],
      ['writer', String(writer)],
    ] as const,
    samples: [{ timestampMs, value: sampleValue(writer, series, timestampMs) }],
  }));
  const response = await signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/remote_write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: encodeSnappy(encodeWriteRequest({ timeseries })),
  });
  if (!response.ok) throw new RefusedError(`${response.status}: ${await response.text()}`);
}

/** An answer that isn't 2xx, which nothing here calls for. */
class RefusedError extends Error {}

/** What a sample must hold: told by its place, so that a mixed-up one is noticed. */
function sampleValue(writer: number, series: number, timestampMs: number): number {
  return writer * 1e12 + series * 1e9 + ((timestampMs / 1000) % 1e9);
}

interface Block {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
  readonly compaction: { readonly level: number; readonly parents?: readonly { readonly ulid: string }[] };
}

/** The blocks that are in a workspace's folder. */
function blocksOf(ampere: AmpereServer, workspace: string): Block[] {
  const folder = join(ampere.dataFolder, 'workspaces', workspace, 'tsdb');
  const names = readdirSync(folder).filter((name) => name.length === 26);
  return names.map((name) => JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8')) as Block);
}

test(`kill -9 loses and doubles nothing that was acknowledged (seed ${SEED}, ${ROUNDS} rounds)`, {
  timeout: 120_000 * ROUNDS,
}, async () => {
  const random = new SeededRandom(SEED);
  const configuration = join(temporaryFolder(), 'ampere.yaml');
  writeFileSync(configuration, 'maintenance: {interval: 10ms}\nlimits: {defaults: {sample_max_age: 60d}}\n');
  const ampere = await startAmpere({
    env: { AMPERE_LOG_LEVEL: 'warn', AMPERE_CONFIG: configuration },
  });
  const workspace = await createWorkspace(ampere);
  const startMs = Math.floor(Date.now() / TICK_MS) * TICK_MS - 30 * DAY_MS;
  const acknowledged: number[][] = Array.from({ length: WRITERS }, () => []);
  const sent: Set<number>[] = Array.from({ length: WRITERS }, () => new Set<number>());
  let tick = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const acksBeforeDeath = 1 + random.integer(ACKS_PER_ROUND_MAX);
    let acks = 0;
    let dead = false;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      while (!dead) {
        const timestampMs = startMs + TICK_MS * tick++;
        sent[writer]!.add(timestampMs);
        try {
          await write(ampere, workspace, writer, timestampMs);
        } catch (error) {
          dead ||= error instanceof RefusedError;
          if (error instanceof RefusedError) throw error;
          // The connection broke: the server is gone, and the sample was not acknowledged.
          return;
        }
        acknowledged[writer]!.push(timestampMs);
        if (++acks === acksBeforeDeath) {
          dead = true;
          await ampere.kill9();
        }
      }
    });
    await Promise.all(writers);
    await ampere.startAgain();

    // A range begins after its first moment.
    const rangeS = ((tick + 1) * TICK_MS) / 1000;
    const query = encodeURIComponent(`crash_total[${rangeS}s]`);
    const response = await signedFetch(
      `${ampere.url}/workspaces/${workspace}/api/v1/query?query=${query}&time=${startMs / 1000 + rangeS - 1}`,
    );
    const { data } = (await response.json()) as {
      data: { result: { metric: { writer: string; series: string }; values: [number, string][] }[] };
    };
    expect(data.result).toHaveLength(WRITERS * SERIES_PER_REQUEST);
    for (const { metric, values } of data.result) {
      const [writer, series] = [Number(metric.writer), Number(metric.series)];
      const times = values.map(([timeS]) => Math.round(timeS * 1000));
      const there = new Set(times);
      expect(there.size, 'no sample twice').toBe(times.length);
      const missing = acknowledged[writer]!.filter((timeMs) => !there.has(timeMs));
      expect(missing, `round ${round}, writer ${writer}, series ${series}: acknowledged and lost`).toEqual(
        [],
      );
      const wrong = values.filter(
        ([, text], i) =>
          !sent[writer]!.has(times[i]!) || Number(text) !== sampleValue(writer, series, times[i]!),
      );
      expect(wrong, `round ${round}, writer ${writer}, series ${series}: never sent`).toEqual([]);
    }
  }
  expect(acknowledged.flat().length).toBeGreaterThan(ROUNDS);
  expect(await ampere.stop()).toBe(0);

  // Whatever was under way at a death: no two of the blocks stand for the same time, and there was enough to do.
  const blocks = blocksOf(ampere, workspace).sort((a, b) => a.minTime - b.minTime);
  for (let i = 1; i < blocks.length; i++) {
    expect(blocks[i]!.minTime).toBeGreaterThanOrEqual(blocks[i - 1]!.maxTime);
  }
  expect(blocks.length).toBeGreaterThan(1);
  expect(Math.max(...blocks.map(({ compaction }) => compaction.level))).toBeGreaterThan(1);
  const log = readdirSync(join(ampere.dataFolder, 'workspaces', workspace, 'tsdb', 'wal'));
  expect(log, 'the log was cut').not.toContain('00000001.wal');
});
