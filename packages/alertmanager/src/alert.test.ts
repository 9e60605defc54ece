import { expect, test } from 'vitest';
import { type Alert, makeAlert, mergeAlerts, type PostedAlert } from './alert.ts';

const NOW = 1000;
const posted = (over: Partial<PostedAlert>): PostedAlert => ({
  labels: { a: 'b' },
  annotations: {},
  generatorUrl: '',
  startsAtMs: null,
  endsAtMs: null,
  ...over,
});

const times = (startsAtMs: number | null, endsAtMs: number | null, expected: Partial<Alert>) =>
  test(`posted from ${startsAtMs} to ${endsAtMs}`, () => {
    expect(makeAlert(posted({ startsAtMs, endsAtMs }), NOW, 300)).toMatchObject(expected);
  });

times(null, null, { startsAtMs: 1000, endsAtMs: 1300, timeout: true });
times(500, null, { startsAtMs: 500, endsAtMs: 1300, timeout: true });
times(null, 700, { startsAtMs: 700, endsAtMs: 700, timeout: false });
times(500, 700, { startsAtMs: 500, endsAtMs: 700, timeout: false });

const refused = (over: Partial<PostedAlert>, message: string) =>
  test(message, () => expect(makeAlert(posted(over), NOW, 300)).toBe(message));

refused({ labels: {} }, 'at least one label pair required');
refused({ labels: { a: '' } }, 'at least one label pair required');
refused({ labels: { 'bad-name': 'x' } }, 'invalid label set: invalid name "bad-name"');
refused({ annotations: { 'b c': '' } }, 'invalid annotations: invalid name "b c"');
refused({ startsAtMs: 5, endsAtMs: 4 }, 'start time must be before end time');

test('empty labels vanish, empty annotations stay', () => {
  const alert = makeAlert(posted({ labels: { a: 'b', c: '' }, annotations: { z: '', y: '1' } }), NOW, 300);
  expect(alert).toMatchObject({
    labels: { names: ['a'] },
    annotations: [
      ['y', '1'],
      ['z', ''],
    ],
  });
});

type Span = readonly [startsAtMs: number, endsAtMs: number, updatedAtMs: number, timeout?: boolean];
const alertOf = ([startsAtMs, endsAtMs, updatedAtMs, timeout]: Span): Alert => {
  const alert = makeAlert(posted({ startsAtMs, endsAtMs }), updatedAtMs, 0);
  if (typeof alert === 'string') throw new Error(alert);
  return { ...alert, timeout: timeout ?? false };
};
const merge = (name: string, stored: Span, arrived: Span, startsAtMs: number, endsAtMs: number) =>
  test(`merge: ${name}`, () => {
    expect(mergeAlerts(alertOf(stored), alertOf(arrived), NOW)).toMatchObject({ startsAtMs, endsAtMs });
  });

merge('the earlier start', [100, 2000, 1], [200, 3000, 2], 100, 3000);
merge('the later explicit end', [100, 3000, 1], [200, 2000, 2], 100, 3000);
merge('a timeout does not hold out', [100, 3000, 1, true], [200, 2000, 2], 100, 2000);
merge('resolved by an explicit end', [100, 3000, 1, true], [100, 900, 2], 100, 900);
merge('an end that was promised is kept from the earlier one only when both are over', [100, 3000, 1], [100, 900, 2], 100, 900); // biome-ignore format: one line, one case
merge('both over: the later end', [100, 950, 1], [200, 900, 2], 100, 950);
merge('no overlap: a new episode', [100, 500, 1], [600, 3000, 2], 600, 3000);
merge('an older one that comes late', [100, 2000, 5], [200, 3000, 2], 100, 3000);
