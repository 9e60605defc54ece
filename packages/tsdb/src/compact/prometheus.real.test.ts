// Our blocks under the real programs, and theirs under ours.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeClock, NodeDisk, SeededRandom } from '@ampere/platform';
import { Labels, Matcher } from '@ampere/series';
import { describeWith, RealPrometheus, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { BlockReader } from '../block/block-reader.ts';
import { addSample, bitsOf, EVER, type Model, readAll, SEED, writeBlock } from '../testing/blocks.ts';
import { encodeIndexV1 } from '../testing/index-v1.ts';
import { output } from '../testing/program-output.ts';
import { BlockStore } from './block-store.ts';
import { compactBlocks } from './compact-blocks.ts';

const HOUR_MS = 3_600_000;
const START_MS = 1_699_999_200_000;
const RANGES_MS = [2 * HOUR_MS, 6 * HOUR_MS];
const disk = new NodeDisk();

/** An empty data folder; promtool wants one for the log in it. */
function dataFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'wal'));
  return folder;
}

/** Floats of all sorts on `hours` from START_MS on, in some 60 series. */
function makeModel(random: SeededRandom, fromHour: number, hours: number): Model {
  const model: Model = new Map();
  for (let i = 0; i < 60; i++) {
    const labels = Labels.fromRecord({
      __name__: ['up', 'http_requests_total', 'temperature'][i % 3]!,
      job: ['api', 'küche', '\u{1f600}'][random.integer(3)]!,
      instance: `host-${i}:9090`,
    });
    let value = random.integer(1000);
    for (let timeMs = fromHour * HOUR_MS; timeMs < (fromHour + hours) * HOUR_MS; timeMs += 15_000) {
      if (random.integer(50) === 0) continue;
      if (i % 3 === 0) value = random.integer(10) === 0 ? 0 : 1;
      else if (i % 3 === 1) value += random.integer(100);
      else value = 20 + random.fraction();
      const jitterMs = i % 2 === 0 ? 0 : random.integer(50);
      const special = [Number.POSITIVE_INFINITY, -0, 1e300, 5e-324][random.integer(400)];
      addSample(model, labels, START_MS + timeMs + jitterMs, bitsOf(special ?? value));
    }
  }
  return model;
}

function merge(...models: Model[]): Model {
  const all: Model = new Map();
  for (const model of models) {
    for (const { labels, samples } of model.values()) {
      for (const [timeMs, bits] of samples) {
        if (all.get(labels.key)?.samples.has(timeMs) !== true) addSample(all, labels, timeMs, bits);
      }
    }
  }
  return all;
}

function floatOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

function goNumber(text: string): number {
  return text === '+Inf'
    ? Number.POSITIVE_INFINITY
    : text === '-Inf'
      ? Number.NEGATIVE_INFINITY
      : Number(text);
}

/** `labels value time` of a model, values as bits, as `dump` is parsed. */
function linesOfModel(model: Model): string[] {
  const lines: string[] = [];
  for (const { labels, samples } of model.values()) {
    const text = [...labels].map(([name, value]) => `${name}=${value}`).join();
    for (const [timeMs, bits] of samples) lines.push(`${text} ${bits} ${timeMs}`);
  }
  return lines.sort();
}

function dump(promtool: string, folder: string): string[] {
  return output(promtool, 'tsdb', 'dump', folder)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, labels, value, time] = /^\{(.*)\} (\S+) (-?\d+)$/.exec(line)!;
      const pairs = [...labels!.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, name, text]) => `${name}=${text}`,
      );
      return `${pairs.join()} ${bitsOf(goNumber(value!))} ${time}`;
    })
    .sort();
}

async function openStore(folder: string): Promise<BlockStore> {
  const random = new SeededRandom(SEED);
  return await BlockStore.open({ folder, disk, clock: new FakeClock(), random, rangesMs: RANGES_MS });
}

/** Our own reading, in the same lines. */
async function ours(folder: string): Promise<string[]> {
  const store = await openStore(folder);
  expect(store.damaged).toEqual([]);
  const querier = store.querier(EVER.startMs, EVER.endMs);
  const model: Model = new Map();
  const labelsByKey = new Map(querier.series(EVER, []).map((labels) => [labels.key, labels]));
  for (const line of readAll(querier)) {
    const [bits, time, ...key] = line.split(' ').reverse();
    addSample(model, labelsByKey.get(key.reverse().join(' '))!, Number(time), bits!);
  }
  querier.close();
  await store.close();
  return linesOfModel(model);
}

interface QueryAnswer {
  data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** All samples that a server has of a selector in the ten hours, in the same lines. */
async function query(url: string, selector: string): Promise<string[]> {
  const time = (START_MS + 10 * HOUR_MS) / 1000;
  const response = await fetch(
    `${url}/api/v1/query?time=${time}&query=${encodeURIComponent(`${selector}[11h]`)}`,
  );
  const answer = (await response.json()) as QueryAnswer;
  const model: Model = new Map();
  for (const { metric, values } of answer.data.result) {
    const labels = Labels.fromRecord(metric);
    for (const [seconds, value] of values) {
      addSample(model, labels, Math.round(seconds * 1000), bitsOf(goNumber(value)));
    }
  }
  return linesOfModel(model);
}

describeWith('Prometheus 3.5', ['prometheus', 'promtool'], ({ prometheus, promtool }) =>
  checkPrograms('3.5', prometheus, promtool),
);
describeWith('Prometheus 2.42', ['prometheus2', 'promtool2'], ({ prometheus2, promtool2 }) =>
  checkPrograms('2.42', prometheus2, promtool2),
);

function checkPrograms(version: string, prometheus: string, promtool: string): void {
  const random = new SeededRandom(SEED);
  const models = [
    makeModel(random, 0, 2),
    makeModel(random, 2, 2),
    makeModel(random, 1, 2),
    makeModel(random, 4, 2),
  ];
  // Of equal times, the block that begins first counts.
  const all = merge(models[0]!, models[2]!, models[1]!, models[3]!);

  test('promtool reads a block of ours', async () => {
    const folder = dataFolder();
    const meta = await writeBlock(models[0]!, { folder, disk, random, segmentBytesMax: 1 << 16 });
    expect(readdirSync(join(folder, meta!.ulid, 'chunks')).length).toBeGreaterThan(1);
    expect(dump(promtool, folder)).toEqual(linesOfModel(models[0]!));
    const list = output(promtool, 'tsdb', 'list', folder);
    expect(list).toMatch(
      new RegExp(`${meta!.ulid}\\s.*\\s${meta!.stats.numSamples}\\s+${meta!.stats.numChunks}\\s+60\\s`),
    );
    const analysis = output(promtool, 'tsdb', 'analyze', folder, meta!.ulid);
    expect(analysis).toMatch(/Series: 60\b/);
    expect(analysis).toMatch(/Label names: 3\b/);
    expect(output(promtool, 'tsdb', 'analyze', '--extended', folder, meta!.ulid)).toContain(
      'Compaction analysis',
    );
  });

  test('promtool and we read an index of version 1', async () => {
    const folder = dataFolder();
    const meta = await writeBlock(models[1]!, { folder, disk, random });
    const block = BlockReader.open(join(folder, meta!.ulid), { disk });
    writeFileSync(join(folder, meta!.ulid, 'index'), encodeIndexV1(block.index));
    block.release();
    expect(dump(promtool, folder)).toEqual(linesOfModel(models[1]!));
    expect(await ours(folder)).toEqual(linesOfModel(models[1]!));
    const again = BlockReader.open(join(folder, meta!.ulid), { disk });
    expect(again.index.version).toBe(1);
    expect(again.find([new Matcher('instance', '=~', 'host-1.*')])).toHaveLength(11);
    again.release();
  });

  test('a server answers from our compacted blocks as we do, and leaves blocks that we read', async () => {
    const folder = dataFolder();
    const clock = new FakeClock();
    for (const model of models) {
      clock.advance(1000);
      await writeBlock(model, { folder, disk, random, clock });
    }
    const store = await openStore(folder);
    expect((await store.compact()).length).toBe(3);
    const [from, to] = [START_MS + 3 * HOUR_MS, START_MS + 3.5 * HOUR_MS];
    await store.deleteSamples(from, to, [new Matcher('job', '=', 'api')]);
    await store.close();
    const kept: Model = new Map();
    for (const { labels, samples } of all.values()) {
      for (const [timeMs, bits] of samples) {
        if (labels.get('job') === 'api' && timeMs >= from && timeMs <= to) continue;
        addSample(kept, labels, timeMs, bits);
      }
    }
    expect(await ours(folder)).toEqual(linesOfModel(kept));
    expect(dump(promtool, folder)).toEqual(linesOfModel(kept));

    const server = await RealPrometheus.start(prometheus, {
      dataFolder: folder,
      arguments: ['--storage.tsdb.retention.time=100y'],
    });
    try {
      expect(await query(server.url, '{__name__=~".+"}')).toEqual(linesOfModel(kept));
      expect(await query(server.url, 'up{instance!~"host-[1-3].*"}')).toEqual(
        linesOfModel(kept).filter((line) => /^__name__=up,/.test(line) && !/instance=host-[1-3]/.test(line)),
      );
    } finally {
      await server.process.kill('SIGTERM');
      expect(server.process.output()).not.toMatch(/level=(error|ERROR)|corrupt/i);
    }
    expect(await ours(folder)).toEqual(linesOfModel(kept));
  });

  if (version === '3.5')
    test('native histograms come through a compaction as they were', async () => {
      const golden = fileURLToPath(
        new URL('../../testdata/blocks/prometheus-3.5-histograms', import.meta.url),
      );
      const folder = dataFolder();
      const name = readdirSync(golden).find((entry) => entry.length === 26)!;
      const block = BlockReader.open(join(golden, name), { disk });
      await compactBlocks([block], { folder, disk, clock: new FakeClock(), random });
      block.release();
      const sorted = (text: string) => text.trimEnd().split('\n').sort();
      const expected = sorted(readFileSync(join(golden, 'dump.txt'), 'utf8'));
      expect(expected.some((line) => line.includes('count:'))).toBe(true);
      expect(sorted(output(promtool, 'tsdb', 'dump', folder))).toEqual(expected);
    });

  test('we read what promtool makes of OpenMetrics', async () => {
    const folder = dataFolder();
    const text = ['# TYPE up gauge'];
    // Promtool cuts broken seconds off at the wrong millisecond now and then.
    const model: Model = new Map();
    for (const { labels, samples } of models[3]!.values()) {
      if (labels.metricName !== 'up') continue;
      const pairs = [...labels].slice(1).map(([name, value]) => `${name}="${value}"`);
      for (const [timeMs, bits] of samples) {
        if (timeMs % 1000 !== 0) continue;
        const value = floatOf(bits);
        text.push(`up{${pairs.join()}} ${Object.is(value, -0) ? '-0' : value} ${timeMs / 1000}`);
        addSample(model, labels, timeMs, bits);
      }
    }
    const file = join(folder, 'up.txt');
    writeFileSync(file, `${text.join('\n').replaceAll('Infinity', '+Inf')}\n# EOF\n`);
    output(promtool, 'tsdb', 'create-blocks-from', 'openmetrics', file, folder);
    rmSync(file);
    expect(await ours(folder)).toEqual(linesOfModel(model));
    expect(dump(promtool, folder)).toEqual(await ours(folder));
  });
}
