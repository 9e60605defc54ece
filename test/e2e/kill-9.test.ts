// Acknowledged means durable: writers at full speed, `kill -9` at a random moment, and every sample
// that was answered with 2xx must be there again, once, with its value.

import { SeededRandom } from '@ampere/platform';
import { encodeSnappy, encodeWriteRequest } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import { type AmpereServer, createWorkspace, signedFetch, startAmpere } from '../harness/index.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 100 : 10;
const WRITERS = 4;
const SERIES_PER_REQUEST = 50;

/** Writes one sample to each of a writer's series; true when it was acknowledged. */
async function write(
  ampere: AmpereServer,
  workspace: string,
  writer: number,
  timestampMs: number,
): Promise<boolean> {
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
  return response.ok;
}

/** What a sample must hold: told by its place, so that a mixed-up one is noticed. */
function sampleValue(writer: number, series: number, timestampMs: number): number {
  return writer * 1e12 + series * 1e9 + (timestampMs % 1e9);
}

test(`kill -9 loses and doubles nothing that was acknowledged (seed ${SEED})`, {
  timeout: 120_000 * ROUNDS,
}, async () => {
  const random = new SeededRandom(SEED);
  const ampere = await startAmpere({ env: { AMPERE_LOG_LEVEL: 'warn' } });
  const workspace = await createWorkspace(ampere);
  const startMs = Date.now() - 1_800_000;
  const acknowledged: number[][] = Array.from({ length: WRITERS }, () => []);
  const sent: Set<number>[] = Array.from({ length: WRITERS }, () => new Set<number>());
  let tick = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const acksBeforeDeath = 1 + random.integer(120);
    let acks = 0;
    let dead = false;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      while (!dead) {
        const timestampMs = startMs + tick++;
        sent[writer]!.add(timestampMs);
        try {
          if (!(await write(ampere, workspace, writer, timestampMs))) continue;
        } catch {
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

    const rangeS = Math.ceil(tick / 1000) + 1;
    const endS = Math.ceil((startMs + tick) / 1000);
    const query = encodeURIComponent(`crash_total[${rangeS}s]`);
    const response = await signedFetch(
      `${ampere.url}/workspaces/${workspace}/api/v1/query?query=${query}&time=${endS}`,
    );
    const { data } = (await response.json()) as {
      data: { result: { metric: { writer: string; series: string }; values: [number, string][] }[] };
    };
    expect(data.result).toHaveLength(WRITERS * SERIES_PER_REQUEST);
    for (const { metric, values } of data.result) {
      const [writer, series] = [Number(metric.writer), Number(metric.series)];
      const times = values.map(([timeS]) => Math.round(timeS * 1000));
      expect(new Set(times).size, 'no sample twice').toBe(times.length);
      const there = new Set(times);
      const missing = acknowledged[writer]!.filter((timeMs) => !there.has(timeMs));
      expect(missing, `round ${round}, writer ${writer}, series ${series}: acknowledged and lost`).toEqual(
        [],
      );
      for (const [index, [, text]] of values.entries()) {
        expect(sent[writer]!.has(times[index]!), 'nothing that was never sent').toBe(true);
        expect(Number(text)).toBe(sampleValue(writer, series, times[index]!));
      }
    }
  }
  expect(acknowledged.flat().length).toBeGreaterThan(ROUNDS);
  expect(await ampere.stop()).toBe(0);
});
