import { expect, test } from 'vitest';
import { parseBytes, parseCount, parseDurationMs, parseRate } from './quantity.ts';

function check(read: (value: unknown) => unknown, value: unknown, expected: unknown): void {
  test(`${read.name} of ${JSON.stringify(value)}`, () => expect(read(value)).toEqual(expected));
}

check(parseCount, 0, 0);
check(parseCount, 12_000_000, 12_000_000);
check(parseCount, 1.5, undefined);
check(parseCount, -1, undefined);
check(parseCount, 2 ** 53, undefined);
check(parseCount, '10', undefined);
check(parseCount, true, undefined);

check(parseBytes, 1024, 1024);
check(parseBytes, '1024', 1024);
check(parseBytes, '1 MB', 1_048_576);
check(parseBytes, '1MB', 1_048_576);
check(parseBytes, '750 MiB', 786_432_000);
check(parseBytes, '1.5 KB', 1536);
check(parseBytes, '2 gb', 2_147_483_648);
check(parseBytes, '10 B', 10);
check(parseBytes, '0', 0);
check(parseBytes, '1.3 B', undefined);
check(parseBytes, '-1 MB', undefined);
check(parseBytes, '1 TB', undefined);
check(parseBytes, '1  MB', undefined);
check(parseBytes, 'MB', undefined);
check(parseBytes, '', undefined);
check(parseBytes, '99999999 GB', undefined);
check(parseBytes, null, undefined);

check(parseDurationMs, '32d', 32 * 86_400_000);
check(parseDurationMs, '1h', 3_600_000);
check(parseDurationMs, '1h30m', 5_400_000);
check(parseDurationMs, '1y2w3d4h5m6s7ms', 33_019_506_007);
check(parseDurationMs, '60s', 60_000);
check(parseDurationMs, '5ms', 5);
check(parseDurationMs, '0', 0);
check(parseDurationMs, 0, 0);
check(parseDurationMs, '0s', 0);
check(parseDurationMs, 60, undefined);
check(parseDurationMs, '60', undefined);
check(parseDurationMs, '30m1h', undefined);
check(parseDurationMs, '1h1h', undefined);
check(parseDurationMs, '1.5h', undefined);
check(parseDurationMs, '-1h', undefined);
check(parseDurationMs, '', undefined);
check(parseDurationMs, '9999999999y', undefined);

check(parseRate, 100, { perSecond: 100, burst: 100 });
check(parseRate, 0.5, { perSecond: 0.5, burst: 1 });
check(parseRate, 0, { perSecond: 0, burst: 0 });
check(parseRate, [10, 20], { perSecond: 10, burst: 20 });
check(parseRate, [10], undefined);
check(parseRate, [10, -1], undefined);
check(parseRate, [Number.NaN, 1], undefined);
check(parseRate, '10', undefined);
