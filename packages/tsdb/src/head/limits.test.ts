// Each reason to refuse, its text, and that the rest of the request is stored.

import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import type { AppendOutcome, RefusalReason } from '@ampere/series';
import { expect, test } from 'vitest';
import { type SeriesLimits, UNLIMITED } from '../options.ts';
import { columnsOf, contentOf, encodeLabel, series, type TestSeries } from '../testing/requests.ts';
import { Tsdb } from '../tsdb.ts';

const NOW = 1_700_000_000_000;
const GOOD = series({ __name__: 'good' }, [NOW, 1]);

const LIMITS: SeriesLimits = {
  labelsPerSeriesMax: 3,
  labelNameBytesMax: 10,
  labelValueBytesMax: 10,
  activeSeriesMax: 4,
  activeSeriesPerMetricMax: 2,
  sampleMaxAgeMs: 3_600_000,
  sampleMaxFutureMs: 600_000,
};

async function open(limits: SeriesLimits, clock = new FakeClock(NOW)): Promise<Tsdb> {
  const random = new SeededRandom(1);
  return Tsdb.open({
    folder: '/d',
    disk: new MemoryDisk(random),
    clock,
    random,
    limits,
  });
}

/** As messages have it. */
function textOf({ labels }: TestSeries): string {
  const pairs = labels
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const metric = labels.find(([name]) => name === '__name__')?.[1] ?? '';
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(', ')}}`;
}

const check = (
  name: string,
  bad: readonly TestSeries[],
  reason: RefusalReason,
  samples: number,
  message: string,
) =>
  test(name, async () => {
    const tsdb = await open(LIMITS);
    const before = tsdb.appender().append(columnsOf([series({ __name__: 'known' }, [NOW, 1])]));
    expect(before).toEqual({ appended: 1, histograms: 0, exemplars: 0, newSeries: 1, refusals: [] });
    const outcome = tsdb.appender().append(columnsOf([...bad, GOOD]));
    expect(outcome.refusals).toEqual([{ reason, samples, message, example: expect.any(String) }]);
    expect(bad.map(textOf)).toContain(outcome.refusals[0]!.example);
    expect(Object.keys(contentOf(tsdb.querier()))).toContain('__name__=good');
    const sent = [...bad, GOOD].reduce((sum, one) => sum + one.samples.length, 0);
    expect(outcome.appended).toBe(sent - samples);
    await tsdb.close();
  });

const one = (labels: Record<string, string>) => [series(labels, [NOW, 1], [NOW + 1, 2])];
const pairs = (...labels: [string, string][]) => [{ labels, samples: [[NOW, 1]] as const }];
const known = (...samples: [number, number][]) => [series({ __name__: 'known' }, ...samples)];

check(
  'no metric name',
  one({ a: 'b' }),
  'missing_metric_name',
  2,
  `sample missing metric name, series: '{a="b"}'`,
);
check(
  'an empty metric name',
  one({ __name__: '' }),
  'missing_metric_name',
  2,
  `sample missing metric name, series: ''`,
);
check(
  'too many labels',
  one({ __name__: 'm', a: '1', b: '2', c: '"' }),
  'max_label_names_per_series',
  2,
  `series has too many labels (actual: 4, limit: 3) series: 'm{a="1", b="2", c="\\""}'`,
);
check(
  'an empty label name',
  pairs(['__name__', 'm'], ['', 'x']),
  'label_invalid',
  1,
  `sample invalid label: "" metric "m{=\\"x\\"}"`,
);
check(
  'a long label name',
  one({ __name__: 'm', ä23456789: '1' }).concat(one({ __name__: 'm', ää3456789: '1' })),
  'label_name_too_long',
  2,
  `label name too long for metric (actual: 11, limit: 10) metric: "m{ää3456789=\\"1\\"}" label name: "ää3456789"`,
);
check(
  'a long label value',
  one({ __name__: 'm', a: '12345678901' }),
  'label_value_too_long',
  2,
  `label value too long for metric (actual: 11, limit: 10) metric: "m{a=\\"12345678901\\"}" label value: "12345678901"`,
);
check(
  'a label name twice',
  pairs(['__name__', 'm'], ['a', '1'], ['a', '1']),
  'duplicate_label_names',
  1,
  `duplicate label name: "a" metric "m{a=\\"1\\", a=\\"1\\"}"`,
);
check(
  'a sample out of order',
  known([NOW - 1, 1], [NOW + 1, 1]),
  'sample_out_of_order',
  1,
  `err: out of order sample. timestamp=2023-11-14T22:13:19.999Z, series={__name__="known"}`,
);
check(
  'another value for a time',
  known([NOW, 2]),
  'new_value_for_timestamp',
  1,
  `err: duplicate sample for timestamp. timestamp=2023-11-14T22:13:20Z, series={__name__="known"}`,
);
check(
  'a sample too old',
  known([NOW - 3_600_001, 2]),
  'sample_too_old',
  1,
  `timestamp too old: ${NOW - 3_600_001} metric: "known"`,
);
check(
  'a sample from the future',
  one({ __name__: 'new' }).concat([series({ __name__: 'new' }, [NOW + 600_001, 2])]),
  'sample_too_far_in_future',
  1,
  `timestamp too new: ${NOW + 600_001} metric: "new"`,
);
check(
  'too many series of a metric',
  ['1', '2', '3'].map((a) => series({ __name__: 'm', a }, [NOW, 1])),
  'per_metric_series_limit',
  1,
  `per-metric series limit of 2 exceeded, please contact administrator to raise it, series: 'm{a="3"}'`,
);

test('the limit of active series lets known ones through, and new ones when others have ended', async () => {
  const clock = new FakeClock(NOW);
  const tsdb = await open({ ...UNLIMITED, activeSeriesMax: 2 }, clock);
  const write = (names: string[]): AppendOutcome =>
    tsdb.appender().append(columnsOf(names.map((__name__) => series({ __name__ }, [clock.nowMs(), 1]))));
  expect(write(['a', 'b', 'c']).refusals).toEqual([
    {
      reason: 'per_user_series_limit',
      samples: 1,
      message: "per-user series limit of 2 exceeded, please contact administrator to raise it, series: 'c'",
      example: 'c',
    },
  ]);
  clock.advance(60_000);
  expect(write(['a', 'b'])).toEqual({ appended: 2, histograms: 0, exemplars: 0, newSeries: 0, refusals: [] });
  clock.advance(240_000);
  write(['a']);
  expect(tsdb.stats().activeSeries).toBe(2);
  clock.advance(120_000);
  expect(tsdb.stats().activeSeries).toBe(1);
  expect(write(['c'])).toMatchObject({ appended: 1, histograms: 0, exemplars: 0, newSeries: 1 });
  // An old series that comes back counts like a new one.
  expect(write(['b']).refusals[0]).toMatchObject({ reason: 'per_user_series_limit', samples: 1 });
  expect(tsdb.stats()).toMatchObject({ series: 3, activeSeries: 2 });
});

test('the same sample again is fine, and nothing is stored twice', async () => {
  const tsdb = await open(LIMITS);
  for (let i = 0; i < 2; i++) {
    expect(tsdb.appender().append(columnsOf([GOOD])).refusals).toEqual([]);
  }
  expect(contentOf(tsdb.querier())).toEqual({ '__name__=good': [`${NOW}=3ff0000000000000`] });
});

const checkBytes = (name: string, labels: number[], reason: RefusalReason, message: RegExp) =>
  test(name, async () => {
    const tsdb = await open(UNLIMITED);
    const columns = columnsOf([GOOD]);
    const broken = {
      ...columns,
      bytes: Uint8Array.from(labels),
      labelsFrom: Uint32Array.of(0),
      labelsTo: Uint32Array.of(labels.length),
    };
    const outcome = tsdb.appender().append(broken);
    expect(outcome).toMatchObject({
      appended: 0,
      histograms: 0,
      exemplars: 0,
      newSeries: 0,
      refusals: [{ reason, samples: 1 }],
    });
    expect(outcome.refusals[0]!.message).toMatch(message);
  });

const metric = encodeLabel(Buffer.from('__name__'), Buffer.from('m'));
checkBytes('no label at all', [], 'missing_metric_name', /^sample missing metric name$/);
checkBytes('bytes that are no labels', [...metric, 1, 2, 3], 'label_invalid', /not well-formed/);
checkBytes('a label cut short', metric.slice(0, -1), 'label_invalid', /not well-formed/);
checkBytes(
  'a label that is too long for its field',
  [0x0a, 4, 0x0a, 9, 0x61, 0x12],
  'label_invalid',
  /not well-formed/,
);
checkBytes(
  'a metric name that is not UTF-8',
  encodeLabel(Buffer.from('__name__'), Uint8Array.of(0xff)),
  'metric_name_invalid',
  /^sample invalid metric name: /,
);
checkBytes(
  'a value that is not UTF-8',
  [...metric, ...encodeLabel(Buffer.from('a'), Uint8Array.of(0xc3))],
  'label_invalid',
  /^sample invalid label: "a" metric "m/,
);
