import { readFileSync, writeFileSync } from 'node:fs';
import { FakeClock, NodeDisk } from '@ampere/platform';
import type { MetricMetadata } from '@ampere/remote-write';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { type MetadataLimits, MetadataStore } from './metadata-store.ts';

const LIMITS: MetadataLimits = { metadataPerMetricMax: 2, metadataBytesMax: 20, metricsWithMetadataMax: 3 };

function setUp(limits = LIMITS) {
  const path = `${temporaryFolder()}/metadata.json`;
  const clock = new FakeClock();
  const logged: string[] = [];
  const log = (_: string, message: string) => logged.push(message);
  const open = () => MetadataStore.open({ path, limitsNow: () => limits, disk: new NodeDisk(), clock, log });
  return { path, clock, logged, open };
}

function entry(metricFamilyName: string, help = '', unit = ''): MetricMetadata {
  return { type: 'gauge', metricFamilyName, help, unit };
}

test('entries of a metric are kept up to the limit, the one seen longest ago gives way', async () => {
  const store = await setUp().open();
  expect(store.record([entry('m', 'a'), entry('m', 'b'), entry('m', 'a'), entry('m', 'c')])).toEqual([]);
  expect(store.of('m').map(({ help }) => help)).toEqual(['a', 'c']);
  expect(store.of('other')).toEqual([]);
});

test('too many metrics, texts too long and names missing are refused and counted', async () => {
  const store = await setUp().open();
  const long = 'é'.repeat(11);
  const refusals = store.record([
    ...['a', 'b', 'c', 'd', 'e'].map((name) => entry(name)),
    entry('a', long),
    entry('a', '', long),
    entry(long),
    entry(''),
    entry('a', 'still taken'),
  ]);
  expect(refusals).toEqual([
    { reason: 'too_many_metrics', entries: 2, message: '', example: 'd' },
    {
      reason: 'help_too_long',
      entries: 1,
      message: `metadata 'HELP' value too long: "${long}" metric "a"`,
      example: 'a',
    },
    {
      reason: 'unit_too_long',
      entries: 1,
      message: `metadata 'UNIT' value too long: "${long}" metric "a"`,
      example: 'a',
    },
    {
      reason: 'metric_name_too_long',
      entries: 1,
      message: `metadata 'METRIC_NAME' value too long: "${long}" metric "${long}"`,
      example: long,
    },
    { reason: 'missing_metric_name', entries: 1, message: 'metadata missing metric name', example: '' },
  ]);
  expect([...store.entries()].map(([name]) => name)).toEqual(['a', 'b', 'c']);
  expect(store.of('a')).toHaveLength(2);
});

test('limits of 0 take everything', async () => {
  const store = await setUp({
    metadataPerMetricMax: 0,
    metadataBytesMax: 0,
    metricsWithMetadataMax: 0,
  }).open();
  const entries = Array.from({ length: 50 }, (_, i) => entry(`m${i % 25}`, 'h'.repeat(100 + i)));
  expect(store.record(entries)).toEqual([]);
  expect(store.size).toBe(25);
});

test('what was recorded is there after a restart', async () => {
  const { open, logged } = setUp();
  const store = await open();
  store.record([entry('a', 'x'), entry('b', 'y'), entry('a', 'z')]);
  await store.close();
  const again = await open();
  expect([...again.entries()]).toEqual([...store.entries()]);
  expect(logged).toEqual([]);
});

test('a change is written some time later without a close', async () => {
  const { open, clock, path } = setUp();
  const store = await open();
  store.record([entry('a', 'x')]);
  clock.advance(30_000);
  // The write was begun by the timer; closing waits for it, and has nothing to add.
  await store.close();
  expect(JSON.parse(readFileSync(path, 'utf8')).metrics).toEqual([entry('a', 'x')]);
});

test.for(['{', '{"version":2,"metrics":[]}', '{"version":1,"metrics":[{"type":"x"}]}', 'null'])(
  'a damaged file is dropped with a warning: %s',
  async (content) => {
    const { open, path, logged } = setUp();
    writeFileSync(path, content);
    const store = await open();
    expect(store.size).toBe(0);
    expect(logged).toEqual(['metadata file dropped: it can not be read']);
  },
);

test('a write that fails is logged and tried again', async () => {
  const path = `${temporaryFolder()}/missing/metadata.json`;
  const clock = new FakeClock();
  const logged: string[] = [];
  const disk = new NodeDisk();
  const store = await MetadataStore.open({
    path,
    limitsNow: () => LIMITS,
    disk,
    clock,
    log: (_, m) => logged.push(m),
  });
  store.record([entry('a')]);
  clock.advance(30_000);
  await store.close();
  expect(logged).toEqual(['metadata could not be written', 'metadata could not be written']);
});
