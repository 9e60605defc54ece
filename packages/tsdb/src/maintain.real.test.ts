// A database's own folder under the real Prometheus: our blocks lie in it as Prometheus' do, and our log is
// nothing to it.

import { FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { SEED } from './testing/blocks.ts';
import { output } from './testing/program-output.ts';
import { bitsOf, columnsOf, contentOf, sampleText, series, textOf } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_699_999_200_000;
const HOURS = 16;
const STEP_MS = 30_000;

async function open(folder: string): Promise<Tsdb> {
  const disk = new NodeDisk();
  const clock = new FakeClock(START_MS + HOURS * HOUR_MS);
  return await Tsdb.open({ folder, disk, clock, fsync: 'off', retentionMs: 2400 * HOUR_MS });
}

/** Sixteen hours of 40 series, a few of them at a time, maintained as a server does. */
async function fill(tsdb: Tsdb): Promise<void> {
  const random = new SeededRandom(SEED);
  for (let timeMs = START_MS; timeMs < START_MS + HOURS * HOUR_MS; timeMs += STEP_MS) {
    const hour = Math.floor((timeMs - START_MS) / HOUR_MS);
    const request = Array.from({ length: 40 }, (_, i) => i)
      // Every fifth comes and goes.
      .filter((i) => random.integer(30) !== 0 && (i % 5 !== 0 || hour % 8 === i / 5))
      .map((i) =>
        series(
          {
            __name__: ['up', 'requests_total', 'temperature'][i % 3]!,
            job: ['api', 'küche', '\u{1f600}'][(i % 7) % 3]!,
            instance: `host-${i}:9090`,
          },
          [
            timeMs + (i % 2) * random.integer(50),
            i % 3 === 0 ? 1 : random.fraction() * 10 ** random.integer(9),
          ],
        ),
      );
    tsdb.appender().append(columnsOf(request));
    if (timeMs % (HOUR_MS / 4) !== 0) continue;
    await tsdb.appender().commit();
    await tsdb.maintain(timeMs);
  }
  await tsdb.appender().commit();
}

interface QueryAnswer {
  data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** What a server has of a selector between the start and a time, as `contentOf` has it. */
async function query(url: string, selector: string, endMs: number): Promise<Record<string, string[]>> {
  const search = new URLSearchParams({
    time: String(endMs / 1000),
    query: `${selector}[${endMs - START_MS + 1}ms]`,
  });
  const { data } = (await (await fetch(`${url}/api/v1/query?${search}`)).json()) as QueryAnswer;
  const content: Record<string, string[]> = {};
  for (const { metric, values } of data.result) {
    content[textOf(Object.entries(metric))] = values.map(([seconds, value]) =>
      sampleText(Math.round(seconds * 1000), ...bitsOf(Number(value))),
    );
  }
  return content;
}

const TITLE = 'the folder of a database under Prometheus';

describeWith(`${TITLE} 3.5`, ['prometheus', 'promtool'], ({ prometheus, promtool }) => {
  test('answers the same', () => compare(prometheus, promtool));
});
describeWith(`${TITLE} 2.42`, ['prometheus2', 'promtool2'], ({ prometheus2, promtool2 }) => {
  test('answers the same', () => compare(prometheus2, promtool2));
});

async function compare(prometheus: string, promtool: string): Promise<void> {
  const folder = temporaryFolder();
  const tsdb = await open(folder);
  await fill(tsdb);
  const { blocks, compactions, minTimeMs } = tsdb.stats();
  expect([blocks, compactions]).toEqual([4, 2]);
  expect(minTimeMs).toBeGreaterThanOrEqual(START_MS + 12 * HOUR_MS);
  const all = contentOf(tsdb.querier());
  const endMs = minTimeMs! - 1;
  const inBlocks = contentOf(tsdb.querier(), START_MS, endMs);
  await tsdb.close();
  expect(output(promtool, 'tsdb', 'list', folder).trim().split('\n')).toHaveLength(1 + blocks);
  expect(output(promtool, 'tsdb', 'analyze', folder)).toContain('Block ID:');

  const server = await RealPrometheus.start(prometheus, {
    dataFolder: folder,
    arguments: ['--storage.tsdb.retention.time=100y'],
  });
  try {
    expect(await query(server.url, '{__name__=~".+"}', endMs)).toEqual(inBlocks);
    const ups = Object.entries(inBlocks).filter(([key]) => /__name__=up,.*job=küche/.test(key));
    expect(ups.length).toBeGreaterThan(2);
    expect(await query(server.url, 'up{job="küche"}', endMs)).toEqual(Object.fromEntries(ups));
  } finally {
    await server.process.kill('SIGTERM');
    expect(server.process.output()).not.toMatch(/level=(error|ERROR)|corrupt/i);
  }
  // What the other has left in the folder is nothing to us either.
  const again = await open(folder);
  expect(again.stats().replay.corruptions).toBe(0);
  expect(contentOf(again.querier())).toEqual(all);
  await again.close();
}
