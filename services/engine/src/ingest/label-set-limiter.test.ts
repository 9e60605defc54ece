import { FakeClock } from '@ampere/platform';
import { encodeWriteRequest, WriteRequestDecoder } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import { LabelSetLimiter } from './label-set-limiter.ts';

const limit = (labels: Record<string, string>, activeSeriesMax: number) => ({
  labelSet: new Map(Object.entries(labels)),
  activeSeriesMax,
});

function setUp(...limits: ReturnType<typeof limit>[]) {
  const clock = new FakeClock();
  const limiter = new LabelSetLimiter(clock, limits);
  const decoder = new WriteRequestDecoder({ samplesMax: 1000, metadataMax: 10 });
  /** Series as `team/id`, each with two samples; gives those that are let through. */
  const write = (...names: string[]) => {
    const timeseries = names.map((name) => {
      const [team, id] = name.split('/');
      const labels = [
        ['__name__', 'm'],
        ['id', id!],
        ['team', team!],
      ] as const;
      return { labels, samples: [1, 2].map((n) => ({ timestampMs: n, value: Number(id) * 10 + n })) };
    });
    const { columns } = decoder.decode(encodeWriteRequest({ timeseries }));
    const outcome = limiter.apply(columns);
    const values = new Float64Array(
      outcome.columns.valueWords.slice(0, 2 * outcome.columns.sampleCount).buffer,
    );
    return { values: [...values], refusals: outcome.refusals, same: outcome.columns === columns };
  };
  const usage = () => limiter.usage().map(({ labelSet, activeSeries }) => `${labelSet} ${activeSeries}`);
  return { clock, limiter, write, usage };
}

test('without limits the columns stay what they are', () => {
  const { write, usage } = setUp();
  expect(write('a/1').same).toBe(true);
  expect(usage()).toEqual([]);
});

test('new series beyond a limit are refused; those that are active go on', () => {
  const { write, usage } = setUp(limit({ team: 'a' }, 2));
  expect(write('a/1', 'b/2', 'a/3').same).toBe(true);
  const { values, refusals } = write('a/1', 'a/4', 'b/5', 'a/6', 'a/3');
  expect(values).toEqual([11, 12, 51, 52, 31, 32]);
  expect(refusals).toEqual([
    {
      reason: 'per_labelset_series_limit',
      samples: 4,
      message:
        'per-labelset series limit of 2 exceeded (labelSet: {team="a"}), please contact administrator to raise it',
      example: 'm{id="4", team="a"}',
    },
  ]);
  expect(usage()).toEqual(['{team="a"} 2']);
});

test('the empty label set takes what no other takes; 0 only counts', () => {
  const { write, usage } = setUp(limit({ team: 'a' }, 0), limit({}, 1));
  expect(write('a/1', 'a/2', 'b/3').refusals).toEqual([]);
  expect(write('c/4', 'a/5').refusals[0]!.message).toContain('limit of 1 exceeded (labelSet: {})');
  expect(usage()).toEqual(['{team="a"} 3', '{} 1']);
});

test('a series counts for each of its label sets, and is refused by any that is full', () => {
  const { write, usage } = setUp(limit({ team: 'a' }, 5), limit({ __name__: 'm' }, 1));
  expect(write('a/1').refusals).toEqual([]);
  expect(write('a/2').refusals[0]!.message).toContain('{__name__="m"}');
  expect(usage()).toEqual(['{team="a"} 1', '{__name__="m"} 1']);
});

test('series without samples for five minutes make room', () => {
  const { clock, write, usage } = setUp(limit({ team: 'a' }, 1));
  write('a/1');
  clock.advance(4 * 60_000);
  expect(write('a/2').refusals).toHaveLength(1);
  write('a/1');
  clock.advance(4 * 60_000);
  expect(write('a/2').refusals).toHaveLength(1);
  clock.advance(60_000);
  expect(usage()).toEqual(['{team="a"} 0']);
  expect(write('a/2').refusals).toEqual([]);
});

test('changed limits hold for the next request', () => {
  const { limiter, write } = setUp(limit({ team: 'a' }, 1));
  write('a/1');
  limiter.set([limit({ team: 'a' }, 2)]);
  expect(write('a/1', 'a/2').refusals).toEqual([]);
  expect(write('a/3').refusals).toHaveLength(1);
});
