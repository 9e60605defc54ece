// The log's format against checked-in files, its behaviour when the disk fails, and what reading makes
// of damage.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type DiskCall, DiskError, FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { TsdbError } from '../errors.ts';
import type { TsdbEvent, TsdbOptions } from '../options.ts';
import { columnsOf, contentOf, series, type TestSeries } from '../testing/requests.ts';
import { Tsdb } from '../tsdb.ts';
import { crc32c } from './crc32c.ts';

const T = 1_700_000_000_000;
const STALE = 0x7ff0000000000002n;

function machine(seed = 1) {
  const random = new SeededRandom(seed);
  const disk = new MemoryDisk(random);
  const clock = new FakeClock(T);
  const events: TsdbEvent[] = [];
  const open = (more: Partial<TsdbOptions> = {}) =>
    Tsdb.open({
      folder: '/d',
      disk,
      clock,
      random,
      log: (e) => events.push(e),
      ...more,
    });
  return { disk, clock, events, open };
}

const write = async (tsdb: Tsdb, ...request: TestSeries[]) => {
  tsdb.appender().append(columnsOf(request));
  await tsdb.appender().commit();
};

const at = (i: number, name = 'm') => series({ __name__: name }, [T + i, i]);
const timesOf = (tsdb: Tsdb, name = 'm') =>
  (contentOf(tsdb.querier())[`__name__=${name}`] ?? []).map((text) => Number(text.split('=')[0]) - T);

describe('golden files', () => {
  const golden = (name: string) => new URL(`../../testdata/wal/${name}`, import.meta.url);

  test('what is written today is what was written then, and is still understood', async () => {
    const { disk, open } = machine(7);
    const tsdb = await open({ segmentBytesMax: 100 });
    await write(
      tsdb,
      series({ __name__: 'a', job: 'x' }, [T, 1], [T + 1000, 1.5]),
      series({ __name__: 'b' }, [T, STALE]),
    );
    await write(
      tsdb,
      series({ __name__: 'a', job: 'x' }, [T + 2000, 0.1]),
      series({ __name__: 'c', ü: '𝄞' }, [T + 2000, -0]),
    );
    await tsdb.truncate(T + 1500);
    await write(tsdb, series({ __name__: 'a', job: 'x' }, [T + 3000, 0]));
    const names = (await disk.list('/d/wal')).sort();
    if (process.env['AMPERE_UPDATE_GOLDEN'] === '1') {
      mkdirSync(golden(''), { recursive: true });
      for (const name of names) writeFileSync(golden(name), await disk.readFile(`/d/wal/${name}`));
    }
    expect(names).toEqual(['00000002.wal', '00000003.wal', 'checkpoint-00000002.wal']);
    for (const name of names) {
      const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
      expect(hex(await disk.readFile(`/d/wal/${name}`)), name).toBe(hex(readFileSync(golden(name))));
    }
    const again = await open();
    expect(contentOf(again.querier())).toEqual({
      '__name__=a,job=x': [`${T + 2000}=3fb999999999999a`, `${T + 3000}=0000000000000000`],
      '__name__=c,ü=𝄞': [`${T + 2000}=8000000000000000`],
    });
  });
});

describe('group commit', () => {
  test('many commits share a sync', async () => {
    const { open } = machine();
    const tsdb = await open();
    await write(tsdb, at(0));
    const before = tsdb.stats().walSyncs;
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(tsdb, at(1 + i, `m${i}`))));
    expect(tsdb.stats().walSyncs - before).toBe(2);
  });

  test('a commit with nothing to write does not wait for the disk', async () => {
    const { disk, open } = machine();
    const tsdb = await open();
    const calls = disk.calls;
    await tsdb.appender().commit();
    expect(disk.calls).toBe(calls);
  });

  test('interval: acknowledged before the sync, synced when the time has come', async () => {
    const { clock, open } = machine();
    const tsdb = await open({ fsync: 'interval', fsyncIntervalMs: 500 });
    await write(tsdb, at(0));
    expect(tsdb.stats().walSyncs).toBe(0);
    clock.advance(500);
    await tsdb.close();
    expect(tsdb.stats().walSyncs).toBe(1);
  });

  test('off: never synced', async () => {
    const { clock, open } = machine();
    const tsdb = await open({ fsync: 'off' });
    await write(tsdb, at(0));
    clock.advance(10_000);
    expect(tsdb.stats().walSyncs).toBe(0);
  });
});

describe('a disk that fails', () => {
  const scenario = async (m: ReturnType<typeof machine>, acknowledged: Set<number>): Promise<void> => {
    let tsdb: Tsdb | undefined;
    for (let i = 0; i < 8; i++) {
      try {
        tsdb ??= await m.open({ segmentBytesMax: 120 });
        await write(tsdb, at(2 * i), at(2 * i, 'n'));
        acknowledged.add(2 * i);
        if (i === 5) await tsdb.truncate(T + 3);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    }
    await tsdb?.close().catch((error: unknown) => expect(error).toBeInstanceOf(DiskError));
  };

  const failEach = (code: 'full' | 'io', calls: number) =>
    test(`${code} ${calls === 1 ? 'once' : `${calls} times`}, from each call on`, async () => {
      const clean = machine();
      await scenario(clean, new Set());
      expect(clean.disk.calls).toBeGreaterThan(50);
      for (let first = 1; first <= clean.disk.calls; first++) {
        const m = machine(first);
        m.disk.failures = ({ number }: DiskCall) =>
          number >= first && number < first + calls ? code : undefined;
        const acknowledged = new Set<number>();
        await scenario(m, acknowledged);
        m.disk.failures = () => undefined;
        m.disk.crash();
        const tsdb = await m.open();
        expect(timesOf(tsdb), `from call ${first}`).toEqual(
          expect.arrayContaining([...acknowledged].filter((i) => i >= 3)),
        );
        expect(tsdb.stats().replay, `from call ${first}`).toMatchObject({
          corruptions: 0,
          samplesOfUnknownSeries: 0,
        });
      }
    });
  failEach('full', 1);
  failEach('io', 1);
  failEach('full', 7);
  failEach('io', 7);

  test('a refused request that is sent again is durable when it is acknowledged', async () => {
    const { disk, open } = machine();
    const tsdb = await open();
    disk.failures = ({ name }) => (name === 'sync' ? 'io' : undefined);
    await expect(write(tsdb, at(1))).rejects.toMatchObject({ code: 'io' });
    disk.failures = () => undefined;
    // The head has the sample already; the acknowledgement must be of the disk.
    await write(tsdb, at(1));
    disk.crash();
    expect(timesOf(await open())).toEqual([1]);
  });

  test('a request that a killed process never acknowledged is durable when the next one acknowledges it', async () => {
    const { disk, open } = machine();
    const first = await open();
    await write(first, at(0));
    disk.failures = ({ name }) => (name === 'sync' ? 'io' : undefined);
    await expect(write(first, at(1))).rejects.toMatchObject({ code: 'io' });
    disk.failures = () => undefined;
    disk.kill();
    const second = await open();
    expect(timesOf(second)).toEqual([0, 1]);
    await write(second, at(1));
    disk.crash();
    expect(timesOf(await open())).toEqual([0, 1]);
  });

  test('while too much waits, appending is refused; it goes on by itself when the disk is back', async () => {
    const { disk, open } = machine();
    const tsdb = await open({ backlogBytesMax: 200 });
    disk.failures = () => 'full';
    let refused: unknown;
    for (let i = 0; i < 20 && refused === undefined; i++) {
      await write(tsdb, at(i)).catch((error: unknown) => {
        if (error instanceof TsdbError) refused = error;
      });
    }
    expect(refused).toMatchObject({ code: 'wal-unavailable' });
    expect(tsdb.stats().walBacklogBytes).toBeLessThan(300);
    disk.failures = () => undefined;
    expect(() => tsdb.appender().append(columnsOf([at(100)]))).toThrow('waiting for the disk');
    await tsdb.appender().commit();
    await write(tsdb, at(100));
    disk.crash();
    expect(timesOf(await open()).at(-1)).toBe(100);
  });

  test('a database opens and answers while the disk is full', async () => {
    const { disk, open } = machine();
    const tsdb = await open();
    await write(tsdb, at(1));
    disk.kill();
    disk.failures = ({ name }) => (['append', 'openAppend', 'sync'].includes(name) ? 'full' : undefined);
    const again = await open();
    expect(timesOf(again)).toEqual([1]);
    await expect(write(again, at(2))).rejects.toMatchObject({ code: 'full' });
    disk.failures = () => undefined;
    await write(again, at(2));
    disk.crash();
    expect(timesOf(await open())).toEqual([1, 2]);
  });
});

describe('damage', () => {
  test('any flipped byte costs its record at most, and is told', async () => {
    const reference = machine();
    const writer = await reference.open({ segmentBytesMax: 150 });
    for (let i = 0; i < 8; i++) await write(writer, at(i, `m${i % 2}`));
    const files = (await reference.disk.list('/d/wal')).filter((name) => name.endsWith('.wal'));
    expect(files.length).toBeGreaterThan(2);
    for (const name of files) {
      const { length } = await reference.disk.readFile(`/d/wal/${name}`);
      for (let position = 0; position < length; position++) {
        const { disk, open } = machine();
        const same = await open({ segmentBytesMax: 150 });
        for (let i = 0; i < 8; i++) await write(same, at(i, `m${i % 2}`));
        disk.kill();
        disk.corrupt(`/d/wal/${name}`, position, 1 << (position % 8));
        const tsdb = await open();
        const { replay } = tsdb.stats();
        const found = [...timesOf(tsdb, 'm0'), ...timesOf(tsdb, 'm1')];
        const where = `${name} at ${position}`;
        expect(
          found.every((i) => i >= 0 && i < 8),
          where,
        ).toBe(true);
        expect(replay.corruptions + replay.tornTails, where).toBeGreaterThan(0);
        // Losing a series record loses that series' samples of this life; otherwise one sample goes.
        expect(found.length, where).toBeGreaterThanOrEqual(replay.samplesOfUnknownSeries > 0 ? 4 : 7);
        await write(tsdb, at(100, 'm0'), at(100, 'm1'));
        disk.crash();
        const again = await open();
        expect([timesOf(again, 'm0').at(-1), timesOf(again, 'm1').at(-1)], where).toEqual([100, 100]);
        expect(again.stats().series).toBe(2);
      }
    }
  });

  test('a damaged place is copied to quarantine and told', async () => {
    const { disk, open, events } = machine();
    const tsdb = await open();
    for (let i = 0; i < 3; i++) await write(tsdb, at(i));
    disk.kill();
    const { length } = await disk.readFile('/d/wal/00000001.wal');
    disk.corrupt('/d/wal/00000001.wal', length - 40, 0xff);
    expect(timesOf(await open())).toEqual([0, 2]);
    const [copy] = await disk.list('/d/wal/quarantine');
    expect(copy).toMatch(/^00000001\.wal-\d+\.bad$/);
    expect(events).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'the write-ahead log is damaged: skipped these bytes',
      }),
    );
  });

  test('a torn tail is cut off and told', async () => {
    const { disk, open, events } = machine();
    const tsdb = await open();
    await write(tsdb, at(0));
    await write(tsdb, at(1));
    disk.kill();
    const path = '/d/wal/00000001.wal';
    const file = await disk.openAppend(path, 'existing');
    await file.truncate((await disk.readFile(path)).length - 1);
    const again = await open();
    expect(timesOf(again)).toEqual([0]);
    expect(again.stats().replay).toMatchObject({ tornTails: 1, corruptions: 0 });
    expect(events.map(({ message }) => message)).toContain(
      'cut a half-written record off the end of the write-ahead log',
    );
    await write(again, at(2));
    expect(timesOf(await open())).toEqual([0, 2]);
  });

  test('a missing segment is told', async () => {
    const { disk, open } = machine();
    const tsdb = await open({ segmentBytesMax: 60 });
    for (let i = 0; i < 4; i++) await write(tsdb, at(i));
    disk.kill();
    await disk.remove('/d/wal/00000002.wal');
    const again = await open();
    expect(again.stats().replay.corruptions).toBe(1);
    expect(timesOf(again)).toEqual([0, 2, 3]);
  });

  test('a newer version is refused', async () => {
    const { disk, open } = machine();
    await write(await open(), at(0));
    disk.kill();
    const bytes = await disk.readFile('/d/wal/00000001.wal');
    bytes[8] = 2;
    new DataView(bytes.buffer).setUint32(36, crc32c(bytes, 0, 36), true);
    await disk.replaceFile('/d/wal/00000001.wal', bytes);
    await expect(open()).rejects.toMatchObject({ code: 'format' });
  });
});
