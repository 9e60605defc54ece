import { FakeClock, SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { formatMeta, parseMeta } from './block-meta.ts';
import { isUlid, makeUlid } from './ulid.ts';

const ULID = '01M7WQW7G9RM4NH2SWVKW32M5N';
const BASE = { ulid: ULID, minTime: 1, maxTime: 2, version: 1 };

describe('meta.json', () => {
  const refuse = (name: string, text: string, complaint: string) =>
    test(name, () =>
      expect(() => parseMeta('f/meta.json', text)).toThrow(`f/meta.json at byte 0: ${complaint}`),
    );

  refuse('not JSON', '{', 'is not JSON');
  refuse('a list', '[]', 'is not an object');
  refuse('another version', JSON.stringify({ ...BASE, version: 2 }), 'has version 2; 1 is known');
  refuse('no version', '{}', 'has version undefined');
  refuse('a bad name', JSON.stringify({ ...BASE, ulid: '../../etc' }), 'ulid is not a ULID');
  refuse('no times', JSON.stringify({ ulid: ULID, version: 1 }), 'minTime is not a whole number');
  refuse(
    'a time beyond 2^53',
    JSON.stringify({ ...BASE, maxTime: 2 ** 60 }),
    'maxTime is not a whole number',
  );
  refuse('times the wrong way', JSON.stringify({ ...BASE, minTime: 3 }), 'minTime is above maxTime');
  refuse('bad sources', JSON.stringify({ ...BASE, compaction: { sources: [1] } }), 'ulid is not a ULID');
  refuse('bad parents', JSON.stringify({ ...BASE, compaction: { parents: {} } }), 'is not a list');

  test('the least there can be', () => {
    const meta = parseMeta('f', JSON.stringify(BASE));
    expect(meta.stats).toEqual({ numSamples: 0, numSeries: 0, numChunks: 0, numTombstones: 0 });
    expect(meta.compaction).toEqual({ level: 1, sources: [], parents: [], deletable: false, failed: false });
  });

  test('what others wrote into it is kept', () => {
    const text = JSON.stringify({
      ...BASE,
      thanos: { labels: { a: 'b' } },
      stats: { numSamples: 4, numFloatSamples: 4 },
      compaction: {
        level: 2,
        sources: [ULID],
        hints: ['x'],
        parents: [{ ulid: ULID, minTime: 0, maxTime: 1 }],
      },
    });
    const meta = parseMeta('f', text);
    expect(meta.compaction.parents).toEqual([{ ulid: ULID, minTime: 0, maxTime: 1 }]);
    const again = JSON.parse(formatMeta({ ...meta, compaction: { ...meta.compaction, failed: true } }));
    expect(again).toMatchObject({
      ...JSON.parse(text),
      compaction: { level: 2, hints: ['x'], failed: true },
    });
  });
});

test('identifiers', () => {
  const random = new SeededRandom(1);
  const clock = new FakeClock();
  const first = makeUlid(clock, random);
  clock.advance(1);
  const second = makeUlid(clock, random);
  expect(isUlid(first)).toBe(true);
  expect(first < second).toBe(true);
  expect(makeUlid(clock, random)).not.toBe(second);
  expect(makeUlid(new FakeClock(1_469_918_176_385), random).slice(0, 10)).toBe('01ARYZ6S41');
  for (const text of [
    '',
    'x',
    `${first}.tmp-for-creation`,
    first.toLowerCase(),
    `8${first.slice(1)}`,
    '..',
  ]) {
    expect(isUlid(text)).toBe(false);
  }
});
