import { FakeClock, SeededRandom } from '@ampere/platform';
import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { type PostedSilence, RETENTION_MS, Silences, silenceState } from './silences.ts';

const START = 1_700_000_000_000;
const HOUR = 3_600_000;

function setUp() {
  const clock = new FakeClock(START);
  const silences = new Silences(clock, new SeededRandom(1));
  return { clock, silences };
}

const posted = (over: Partial<PostedSilence> = {}): PostedSilence => ({
  id: null,
  matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }],
  startsAtMs: START,
  endsAtMs: START + HOUR,
  createdBy: '',
  comment: '',
  ...over,
});
const matcher = (name: string, value: string, isRegex = false, isEqual = true) => [
  { name, value, isRegex, isEqual },
];

const refused = (message: string, over: Partial<PostedSilence>) =>
  test(`refused: ${message}`, () => expect(() => setUp().silences.set(posted(over))).toThrow(message));

refused('Failed to create silence: start time must be before end time', { endsAtMs: START });
refused("Failed to create silence: end time can't be in the past", { startsAtMs: 1, endsAtMs: START - 1 });
refused('silence invalid: at least one matcher required', { matchers: [] });
refused('silence invalid: at least one matcher must not match the empty string', {
  matchers: matcher('a', ''),
});
refused('silence invalid: at least one matcher must not match the empty string', { matchers: matcher('a', '.*', true) }); // biome-ignore format: one line, one case
refused('silence invalid: invalid label matcher 0: invalid label name "0bad-name"', { matchers: matcher('0bad-name', 'x') }); // biome-ignore format: one line, one case
refused('silence invalid: invalid label matcher 0: invalid regular expression "["', { matchers: matcher('a', '[', true) }); // biome-ignore format: one line, one case
refused('silence not found', { id: 'nobody' });

test('states follow the time', () => {
  const { clock, silences } = setUp();
  const id = silences.set(posted({ startsAtMs: START + 10, endsAtMs: START + 20 }));
  const state = () => silenceState(silences.get(id)!, clock.nowMs());
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(state()).toBe('pending');
  clock.advance(10);
  expect(state()).toBe('active');
  clock.advance(10);
  expect(state()).toBe('expired');
  silences.collect(START + 20 + RETENTION_MS - 1);
  expect(silences.get(id)).toBeDefined();
  silences.collect(START + 20 + RETENTION_MS);
  expect(silences.get(id)).toBeUndefined();
});

test('a start in the past moves to now', () => {
  const { silences } = setUp();
  expect(silences.get(silences.set(posted({ startsAtMs: 5 })))!.startsAtMs).toBe(START);
});

const mutes = (
  name: string,
  matchers: PostedSilence['matchers'],
  labels: Record<string, string>,
  muted: boolean,
) =>
  test(`${name} ${muted ? 'mutes' : 'leaves'} ${JSON.stringify(labels)}`, () => {
    const { silences } = setUp();
    const id = silences.set(posted({ matchers }));
    expect(silences.mutedBy(Labels.fromRecord(labels), START)).toEqual(muted ? [id] : []);
    expect(silences.mutedBy(Labels.fromRecord(labels), START + HOUR)).toEqual([]);
  });

mutes('a=b', matcher('a', 'b'), { a: 'b', c: 'd' }, true);
mutes('a=b', matcher('a', 'b'), {}, false);
mutes('a=~b.', matcher('a', 'b.', true), { a: 'xb1' }, false);
mutes('a!=b', [...matcher('a', 'b', false, false), ...matcher('c', '1')], { c: '1' }, true);
mutes('all matchers', [...matcher('a', 'b'), ...matcher('c', '1')], { a: 'b' }, false);

test('a change keeps the id while the past stays as it was', () => {
  const { clock, silences } = setUp();
  const id = silences.set(posted());
  clock.advance(1000);
  expect(silences.set(posted({ id, endsAtMs: START + 2 * HOUR, comment: 'longer' }))).toBe(id);
  expect(silences.get(id)).toMatchObject({ endsAtMs: START + 2 * HOUR, comment: 'longer' });
});

const replaces = (name: string, over: Partial<PostedSilence>) =>
  test(`a new id: ${name}`, () => {
    const { clock, silences } = setUp();
    const id = silences.set(posted());
    clock.advance(5000);
    const next = silences.set(posted({ id, ...over }));
    expect(next).not.toBe(id);
    expect(silenceState(silences.get(id)!, clock.nowMs())).toBe('expired');
    expect(silenceState(silences.get(next)!, clock.nowMs())).toBe('active');
  });

replaces('other matchers', { matchers: matcher('a', 'c') });
replaces('another start', { startsAtMs: START + 2000 });

test('an expired one is replaced, and expiring twice is no error', () => {
  const { silences } = setUp();
  const id = silences.set(posted());
  silences.expire(id);
  silences.expire(id);
  expect(silences.set(posted({ id }))).not.toBe(id);
  expect(() => silences.expire('nobody')).toThrow('silence not found');
});

test('the order of the list', () => {
  const { silences } = setUp();
  const add = (startsAtMs: number, endsAtMs: number) => silences.set(posted({ startsAtMs, endsAtMs }));
  const pendingLate = add(START + 3 * HOUR, START + 4 * HOUR);
  const activeLong = add(START, START + 9 * HOUR);
  const pendingSoon = add(START + 2 * HOUR, START + 9 * HOUR);
  const activeShort = add(START, START + HOUR);
  const ended = add(START, START + 5 * HOUR);
  silences.expire(ended);
  expect(silences.list().map(({ id }) => id)).toEqual([
    activeShort,
    activeLong,
    pendingSoon,
    pendingLate,
    ended,
  ]);
});
