// Appending, committing, reading and reopening, in CPU nanoseconds a sample; memory a series. Run by
//   node --expose-gc --import tsx packages/tsdb/src/tsdb.bench.ts [series] [scrapes]
// or bundled with esbuild. Prints one JSON line.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeDisk, SystemClock } from '@ampere/platform';
import { Matcher, SampleColumns, type WriteColumns } from '@ampere/series';
import { encodeLabel } from './testing/requests.ts';
import { Tsdb } from './tsdb.ts';

const seriesCount = Number(process.argv[2] ?? 100_000);
const scrapes = Number(process.argv[3] ?? 40);
const SERIES_PER_REQUEST = 2000;
const START_MS = 1_700_000_000_000;

interface Request extends WriteColumns {
  readonly timesMs: Float64Array;
  readonly valueWords: Uint32Array;
}

/** Labels as node_exporter and its Prometheus have them: about 200 bytes a series. */
function requestOf(first: number): Request {
  const bytes: number[] = [];
  const labelsFrom = new Uint32Array(SERIES_PER_REQUEST);
  const labelsTo = new Uint32Array(SERIES_PER_REQUEST);
  for (let i = 0; i < SERIES_PER_REQUEST; i++) {
    const id = first + i;
    labelsFrom[i] = bytes.length;
    const labels = {
      __name__: `node_metric_number_${id % 500}_total`,
      cluster: 'production-eu-west-1',
      instance: `10.0.${Math.floor(id / 500) >> 8}.${Math.floor(id / 500) & 255}:9100`,
      job: 'node-exporter',
      mode: ['user', 'system', 'idle'][id % 3]!,
      namespace: 'monitoring',
      pod: `node-exporter-${Math.floor(id / 500)
        .toString(36)
        .padStart(5, 'x')}`,
    };
    for (const [name, value] of Object.entries(labels))
      bytes.push(...encodeLabel(Buffer.from(name), Buffer.from(value)));
    labelsTo[i] = bytes.length;
  }
  return {
    bytes: Uint8Array.from(bytes),
    seriesCount: SERIES_PER_REQUEST,
    labelsFrom,
    labelsTo,
    firstSample: Uint32Array.from({ length: SERIES_PER_REQUEST + 1 }, (_, i) => i),
    sampleCount: SERIES_PER_REQUEST,
    timesMs: new Float64Array(SERIES_PER_REQUEST),
    valueWords: new Uint32Array(2 * SERIES_PER_REQUEST),
    histograms: [],
    exemplars: [],
  };
}

const folder = mkdtempSync(join(tmpdir(), 'ampere-tsdb-'));
const options = { folder: join(folder, 'ws'), disk: new NodeDisk(), clock: new SystemClock() };
const result: Record<string, number> = { seriesCount, scrapes };
const round = (value: number) => Math.round(10 * value) / 10;

/** CPU of all threads and wall time of a step, in ns for each of `count`. */
async function measure(name: string, count: number, step: () => void | Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  await step();
  const { user, system } = process.cpuUsage(cpu);
  result[`${name}CpuNs`] = round((1000 * (user + system)) / count);
  result[`${name}WallNs`] = round(Number(process.hrtime.bigint() - wall) / count);
}

function residentBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss();
}

const requests = Array.from({ length: seriesCount / SERIES_PER_REQUEST }, (_, i) =>
  requestOf(i * SERIES_PER_REQUEST),
);
const before = residentBytes();
// The clock's own timers don't keep a process running.
const running = setInterval(() => undefined, 1000);
let tsdb = await Tsdb.open(options);

async function scrape(n: number): Promise<void> {
  for (const request of requests) {
    const values = new Float64Array(request.valueWords.buffer);
    for (let i = 0; i < request.sampleCount; i++) {
      request.timesMs[i] = START_MS + 15_000 * n;
      values[i] = i % 4 === 0 ? i * 0.37 * n : i * n;
    }
    tsdb.appender().append(request);
    await tsdb.appender().commit();
  }
}

await measure('newSeries', seriesCount, () => scrape(0));
await measure('append', seriesCount * (scrapes - 1), async () => {
  for (let n = 1; n < scrapes; n++) await scrape(n);
});
const stats = tsdb.stats();
result['residentBytesPerSeries'] = Math.round((residentBytes() - before) / seriesCount);
result['slabBytesPerSeries'] = Math.round(stats.slabBytes / seriesCount);
result['walBytesPerSample'] = round(stats.walBytes / stats.samplesAppended);

async function readAll(matchers: Matcher[]): Promise<number> {
  const columns = new SampleColumns();
  const querier = tsdb.querier();
  const set = querier.select({ startMs: 0, endMs: Number.MAX_SAFE_INTEGER }, matchers);
  let samples = 0;
  while (set.next()) {
    set.read(columns);
    samples += columns.length;
  }
  querier.close();
  return samples;
}
await measure('readAll', seriesCount * scrapes, async () => void (await readAll([])));
await measure(
  'selectByRegex',
  seriesCount,
  async () => void (await readAll([new Matcher('instance', '=~', '10\\.0\\.0\\.1[0-9]:.*')])),
);
await tsdb.close();
await measure('replay', seriesCount * scrapes, async () => {
  tsdb = await Tsdb.open(options);
});
await measure('takeOutSeries', seriesCount, async () => tsdb.truncate(START_MS + 15_000 * scrapes));
await tsdb.close();
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify(result)}\n`);
clearInterval(running);
