import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { readLabelRun, SnappyDecoder, WriteRequestDecoder } from '@ampere/remote-write';
import { isStaleAt } from '@ampere/series';
import { expect, test } from 'vitest';
import { readScrapeConfiguration } from './configuration/read-configuration.ts';
import { FetchError, type FetchRequest } from './fetch.ts';
import { type ScrapeLogRecord, Scraper } from './scraper.ts';

const TARGETS = '/targets';

function setUp(configuration: string) {
  const clock = new FakeClock(1_700_000_000_000);
  const disk = new MemoryDisk(new SeededRandom(1));
  const asked: FetchRequest[] = [];
  const logged: ScrapeLogRecord[] = [];
  /** Lines such as `12000 a{job="j"} 1`, times from the start of the test. */
  const written: string[] = [];
  const statuses: number[] = [];
  const bodies = new Map<string, string | Error>();
  const snappy = new SnappyDecoder(1 << 24);
  const decoder = new WriteRequestDecoder({ samplesMax: 100_000, metadataMax: 1000 });
  const scraper = new Scraper(readScrapeConfiguration(Buffer.from(configuration)), {
    clock,
    disk,
    targetsFolder: TARGETS,
    fetch: async (request) => {
      asked.push(request);
      const body = bodies.get(new URL(request.url).host) ?? 'a 1\n';
      if (body instanceof Error) throw body;
      return { status: 200, contentType: 'text/plain', body: Buffer.from(body) };
    },
    write: async (body) => {
      const status = statuses.shift() ?? 200;
      if (status === 200) read(body);
      return { status, text: 'no' };
    },
    log: (record) => logged.push(record),
  });
  const read = (body: Uint8Array) => {
    const { columns } = decoder.decode(snappy.decode(body, 1 << 24));
    const values = new Float64Array(
      columns.valueWords.buffer,
      columns.valueWords.byteOffset,
      columns.sampleCount,
    );
    for (let series = 0; series < columns.seriesCount; series++) {
      const labels = readLabelRun(columns.bytes, columns.labelsFrom[series]!, columns.labelsTo[series]!);
      const pairs = [...labels.withoutMetricName()]
        .filter(([name]) => name !== 'instance')
        .map(([n, v]) => `${n}=${v}`);
      for (let at = columns.firstSample[series]!; at < columns.firstSample[series + 1]!; at++) {
        const value = isStaleAt(columns.valueWords, at) ? 'stale' : values[at];
        written.push(`${columns.timesMs[at]! - 1_700_000_000_000} ${labels.metricName}{${pairs}} ${value}`);
      }
    }
  };
  /** Moves time on, with all that waits for promises in between. */
  const advance = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 500) {
      clock.advance(Math.min(500, ms - gone));
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const of = (metric: string) => written.filter((line) => line.includes(` ${metric}{`));
  return { scraper, clock, disk, asked, logged, written, statuses, bodies, advance, of };
}

const ONE = `global: {scrape_interval: 10s, external_labels: {zone: z}}
scrape_configs:
- job_name: j
  params: {p: [a b, c]}
  bearer_token: secret
  static_configs: [{targets: [one:1]}]
`;

test('a target is asked once an interval, at its own place in it', async () => {
  const { scraper, asked, advance, written } = setUp(ONE);
  await scraper.start();
  await advance(30_000);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({
    url: 'http://one:1/metrics?p=a+b&p=c',
    timeoutMs: 10_000,
    headers: { authorization: 'Bearer secret', 'x-prometheus-scrape-timeout-seconds': '10' },
  });
  const times = written.filter((line) => line.includes(' a{')).map((line) => Number(line.split(' ', 1)[0]));
  expect([times[1]! - times[0]!, times[2]! - times[1]!]).toEqual([10_000, 10_000]);
  expect(written[0]).toMatch(/^\d+ a\{job=j,zone=z\} 1$/);
  expect(written.slice(1, 6).map((line) => /\d+ (\w+)/.exec(line)![1])).toEqual([
    'up',
    'scrape_duration_seconds',
    'scrape_samples_scraped',
    'scrape_samples_post_metric_relabeling',
    'scrape_series_added',
  ]);
  await scraper.stop(false);
});

test('series end in a stale marker: when missing, when a look fails, when the scraper goes', async () => {
  const { scraper, bodies, advance, of, logged } = setUp(ONE);
  await scraper.start();
  bodies.set('one:1', 'a 1\nb 1\nc 1 1700000000001\n');
  await advance(10_000);
  bodies.set('one:1', 'a 2\n');
  await advance(10_000);
  bodies.set('one:1', new FetchError('connection refused'));
  await advance(20_000);
  bodies.set('one:1', 'a 3\n');
  await advance(10_000);
  await scraper.stop(true);
  const values = (metric: string) => of(metric).map((line) => line.split(' ').at(-1));
  expect(values('a')).toEqual(['1', '2', 'stale', '3', 'stale']);
  expect(values('b')).toEqual(['1', 'stale']);
  // It has a time of its own.
  expect(of('c')).toEqual(['1 c{job=j,zone=z} 1']);
  expect(values('up')).toEqual(['1', '1', '0', '0', '1', 'stale']);
  expect(values('scrape_series_added')).toEqual(['2', '0', '0', '0', '1', 'stale']);
  expect(logged.map(({ step, message, fields }) => [step, message, fields['problem']])).toEqual([
    ['COLLECTOR', 'the target is up', undefined],
    ['COLLECTOR', 'the target is down', 'connection refused'],
    ['COLLECTOR', 'the target is up', undefined],
  ]);
  expect(JSON.stringify(logged)).not.toContain('secret');
});

test('what is refused for now is tried again in order; what is refused for good is not', async () => {
  const { scraper, statuses, advance, of, logged } = setUp(ONE);
  await scraper.start();
  statuses.push(503, 429, 200, 400);
  await advance(30_000);
  expect(of('up')).toHaveLength(2);
  expect(
    logged
      .filter(({ step }) => step === 'EXPORTER')
      .map(({ message, fields }) => [message, fields['status']]),
  ).toEqual([
    ['samples were refused for now', 503],
    ['samples were refused for now', 429],
    ['samples were refused', 400],
  ]);
  const times = of('up').map((line) => Number(line.split(' ', 1)[0]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  await scraper.stop(false);
});

test('files of targets are read again and again', async () => {
  const { scraper, disk, advance, logged, written } = setUp(`scrape_configs:
- job_name: f
  scrape_interval: 1s
  file_sd_configs: [{files: ['sd/*.json', more.yml], refresh_interval: 5s}]
  relabel_configs: [{source_labels: [__meta_filepath], target_label: file}]
`);
  await disk.makeFolder(`${TARGETS}/sd`);
  const put = (name: string, text: string) => disk.replaceFile(`${TARGETS}/${name}`, Buffer.from(text));
  await put('sd/a.json', '[{"targets":["one:1"],"labels":{"x":"1"}}]');
  await put('sd/a.txt', '[{"targets":["never:1"]}]');
  await scraper.start();
  expect(scraper.targetsCount).toBe(1);
  await put('more.yml', '- targets: [two:2, three:3]\n');
  await advance(5000);
  expect(scraper.targetsCount).toBe(3);
  await put('more.yml', '- nonsense');
  await advance(5000);
  expect(scraper.targetsCount).toBe(3);
  expect(logged.at(-1)).toMatchObject({ step: 'SERVICE_DISCOVERY', level: 'error' });
  await put('more.yml', '- targets: [two:2]\n');
  await disk.remove(`${TARGETS}/sd/a.json`);
  await advance(6000);
  expect(scraper.targetsCount).toBe(1);
  expect(written.filter((line) => line.includes('a{file=sd/a.json,job=f,x=1} stale'))).toHaveLength(1);
  await scraper.stop(false);
});

test('a target limit leaves the job without targets', async () => {
  const { scraper, logged } = setUp(`scrape_configs:
- job_name: l
  target_limit: 1
  static_configs: [{targets: [one:1, two:2]}]
`);
  await scraper.start();
  expect(scraper.targetsCount).toBe(0);
  expect(logged[0]!.message).toMatch(/^target_limit exceeded/);
});
