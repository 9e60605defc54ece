import { readLabelRun } from '@ampere/remote-write';
import { isStaleAt, Labels, setStaleAt } from '@ampere/series';
import { expect, test } from 'vitest';
import { RuleColumns } from './rule-columns.ts';

const columns = new RuleColumns();

function runsOf(labels: readonly Labels[]): Record<string, string>[] {
  const written = columns.of({
    timeMs: 5,
    labels,
    valueWords: new Uint32Array(2 * labels.length),
    histograms: null,
  });
  return labels.map((_, i) =>
    Object.fromEntries(readLabelRun(written.bytes, written.labelsFrom[i]!, written.labelsTo[i]!)),
  );
}

const check = (name: string, ...records: Record<string, string>[]) =>
  test(name, () => expect(runsOf(records.map((record) => Labels.fromRecord(record)))).toEqual(records));

check('one series', { __name__: 'up', job: 'a' });
check('several', { __name__: 'a' }, { __name__: 'b', x: 'y' }, {});
check('letters beyond ASCII', { __name__: 'temperatur', ort: 'Zürich 🏔', Ω: 'ohm' });
check('lengths of more than one byte', { __name__: 'x', long: 'v'.repeat(20_000), umlaut: 'ü'.repeat(100) });
check('more than the first memory', ...Array.from({ length: 3000 }, (_, i) => ({ __name__: `metric_${i}` })));

test('samples, stale markers and histograms each find their series', () => {
  const histogram = {
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 1,
    sum: 2,
    positiveSpans: [{ offset: 0, length: 1 }],
    negativeSpans: [],
    positiveBuckets: Float64Array.of(1),
    negativeBuckets: new Float64Array(0),
    customValues: null,
    counterReset: 'unknown' as const,
  };
  const labels = ['a', 'b', 'c'].map((name) => Labels.fromRecord({ __name__: name }));
  const valueWords = new Uint32Array(Float64Array.of(1.5, 0, 0).buffer);
  setStaleAt(valueWords, 2);
  const written = columns.of({
    timeMs: 7,
    labels,
    valueWords,
    histograms: [undefined, histogram, undefined],
  });
  expect([...written.firstSample]).toEqual([0, 1, 1, 2]);
  expect(written.histograms).toEqual([{ series: 1, timeMs: 7, histogram, kind: 'float', isStale: false }]);
  expect([...written.timesMs]).toEqual([7, 7]);
  expect(new Float64Array(written.valueWords.slice().buffer)[0]).toBe(1.5);
  expect(isStaleAt(written.valueWords, 1)).toBe(true);
});
