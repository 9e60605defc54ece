import { Limits, parseLimits } from '@ampere/limits';
import { FakeClock } from '@ampere/platform';
import { parseExpr, QueryError } from '@ampere/promql';
import { Labels } from '@ampere/series';
import { TsdbError } from '@ampere/tsdb';
import { expect, test } from 'vitest';
import { languageOf } from '../queries/language.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { TenantRuleHost } from './tenant-rule-host.ts';

function setUp() {
  const tsdb = new FakeStorage('folder');
  const noted: string[] = [];
  const host = new TenantRuleHost({
    tenant: {
      tsdb,
      limits: new Limits(parseLimits(undefined)).forWorkspace('ws-1'),
      usage: { noteSamples: ({ reason }: { reason: string }) => noted.push(reason) } as never,
      closing: new AbortController().signal,
    },
    promql: languageOf(false),
    clock: new FakeClock(),
    send: () => {},
  });
  const labels = [Labels.fromRecord({ __name__: 'x' })];
  const append = () => host.append({ timeMs: 1, labels, valueWords: new Uint32Array(2), histograms: null });
  return { tsdb, noted, host, append };
}

test('what storage refuses is what the rule says, and is counted', () => {
  const { tsdb, noted, append } = setUp();
  expect(append()).toBeUndefined();
  tsdb.refusals = [{ reason: 'sample_out_of_order', samples: 1, message: 'out of order', example: 'x' }];
  expect(append()).toBe('out of order');
  expect(noted).toEqual(['sample_out_of_order']);
});

test('a disk that fails is told without naming files', () => {
  const { tsdb, host, append } = setUp();
  tsdb.appendError = new TsdbError('wal-unavailable', '/data/wal/7: no space left on device');
  expect(append()).toBe('storage can not be written: wal-unavailable');
  tsdb.querier = () => {
    throw new TsdbError('memory-full', '/data/x');
  };
  expect(() => host.query(parseExpr('x'), 1)).toThrow(new QueryError('storage can not be read: memory-full'));
});

test('a fault of ours is not taken for a failed rule', () => {
  const { tsdb, append } = setUp();
  tsdb.appendError = new TypeError('a bug');
  expect(append).toThrow(TypeError);
});

test('only what was written has to become durable', async () => {
  const { tsdb, host, append } = setUp();
  await host.commit();
  expect(tsdb.commits).toBe(0);
  append();
  await host.commit();
  await host.commit();
  expect(tsdb.commits).toBe(1);
});
