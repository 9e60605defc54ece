import { expect, test } from 'vitest';
import { NotificationLog, reasonToSend, type SendReason } from './notification-log.ts';

const question = (firing: string, resolved: string, sendResolved: boolean, nowMs: number) => ({
  firing: [...firing],
  resolved: [...resolved],
  sendResolved,
  repeatIntervalMs: 100,
  nowMs,
});

/** The last message, sent at 0, and the flush: `firing/resolved`. */
const check = (
  last: string | null,
  now: string,
  reason: SendReason | null,
  { sendResolved = true, nowMs = 50 } = {},
) =>
  test(`${last ?? 'nothing'} then ${now} at ${nowMs}${sendResolved ? '' : ', without resolved'}`, () => {
    const log = new NotificationLog();
    const parts = (text: string) => text.split('/') as [string, string];
    if (last !== null) log.put('k', question(...parts(last), sendResolved, 0));
    expect(reasonToSend(log.get('k'), question(...parts(now), sendResolved, nowMs))).toBe(reason);
  });

check(null, 'a/', 'first');
check(null, '/a', null);
check('a/', 'a/', null);
check('a/', 'a/', null, { nowMs: 100 });
check('a/', 'a/', 'repeat', { nowMs: 101 });
check('a/', 'ab/', 'firing');
check('ab/', 'a/', null);
check('ab/', 'a/b', 'resolved');
check('ab/', 'a/b', null, { sendResolved: false });
check('a/', '/a', 'resolved');
check('a/', '/a', 'resolved', { sendResolved: false });
check('/a', '/a', null, { nowMs: 1000 });
check('/a', '/b', null);
check('/a', 'a/', 'firing');
check('a/b', 'a/b', null);
check('a/', 'a/b', 'resolved');

test('entries are forgotten after twice the repeat interval, and never go back in time', () => {
  const log = new NotificationLog();
  log.put('k', question('a', '', true, 10));
  log.put('k', question('b', '', true, 5));
  expect(log.get('k')!.firing).toEqual(['a']);
  log.collect(209);
  expect(log.list()).toHaveLength(1);
  log.collect(210);
  expect(log.list()).toEqual([]);
});
