import { expect, test } from 'vitest';
import { retentionCutoffMs } from './retention.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 1_700_000_000_000;

const check = (name: string, nowMs: number, newestMs: number, retentionMs: number, wantedMs: number) =>
  test(name, () => expect(retentionCutoffMs(nowMs, newestMs, retentionMs)).toBe(wantedMs));

check('from now', NOW, NOW - 15_000, 150 * DAY, NOW - 150 * DAY);
check('0 keeps everything', NOW, NOW, 0, -Infinity);
check('nothing there', NOW, -Infinity, DAY, -Infinity);
check('quiet for a day', NOW, NOW - DAY, 7 * DAY, NOW - 7 * DAY);
check('a clock a year ahead', NOW + 365 * DAY, NOW, 7 * DAY, NOW + DAY - 7 * DAY);
check('a clock a year behind', NOW - 365 * DAY, NOW, 7 * DAY, NOW - 372 * DAY);
check('samples of a year to come', NOW, NOW + 365 * DAY, 7 * DAY, NOW - 7 * DAY);
check('whole milliseconds', NOW + 0.7, NOW, DAY, NOW - DAY);
