import { expect, test } from 'vitest';
import { FormatError, MAX_TIME_MS, MIN_TIME_MS, parseDurationNs, parseTime } from './times.ts';

// The expected values of valid forms were taken from a running Prometheus 3.5.
const time = (text: string, expectedMs: number) =>
  test(`time ${text}`, () => expect(parseTime(text)).toBe(expectedMs));
const noTime = (text: string, shown = `"${text}"`) =>
  test(`no time ${JSON.stringify(text)}`, () =>
    expect(() => parseTime(text)).toThrow(new FormatError(`cannot parse ${shown} to a valid timestamp`)));

time('0', 0);
time('1e3', 1_000_000);
time('-5.5', -5500);
time('1.0005', 1000);
time('1.0015', 1002);
time('-1.0015', -1002);
time('1.9996', 2000);
time('1.23456789', 1235);
time('0x1p4', 16_000);
time('1_000', 1_000_000);
time('2023-01-01T00:00:00Z', 1_672_531_200_000);
time('2023-01-01T00:00:00.123456789+01:00', 1_672_527_600_123);
time('2023-01-01T00:00:00,5Z', 1_672_531_200_500);
time('2023-01-01T1:00:00Z', 1_672_534_800_000);
time('2023-01-01T00:00:00+24:00', 1_672_444_800_000);
time('2023-01-01T00:00:00+23:60', 1_672_444_800_000);
time('2023-01-01T00:00:00.1234567891Z', 1_672_531_200_123);
time('1969-12-31T23:59:59.9996Z', 0);
time('1969-12-31T23:59:58.9996Z', -1000);
time('2024-02-29T12:00:00-01:30', 1_709_213_400_000);
time('0001-01-01T00:00:00Z', -62_135_596_800_000);
time('-292273086-05-16T16:47:06Z', MIN_TIME_MS);
time('292277025-08-18T07:12:54.999999999Z', MAX_TIME_MS);
time('1e30', MAX_TIME_MS);
time('-9223372036854775807', MIN_TIME_MS);
noTime('');
noTime('x');
noTime('NaN');
noTime('Inf');
noTime('-Infinity');
noTime('1e400');
noTime('0x10');
noTime(' 5');
noTime('2023-01-01');
noTime('2023-01-01T00:00:00');
noTime('2023-01-01t00:00:00z');
noTime('2023-1-01T00:00:00Z');
noTime('2023-13-01T00:00:00Z');
noTime('2023-00-01T00:00:00Z');
noTime('2023-02-29T00:00:00Z');
noTime('2023-04-31T00:00:00Z');
noTime('2023-01-01T24:00:00Z');
noTime('2023-01-01T00:60:00Z');
noTime('2023-01-01T00:00:60Z');
noTime('2023-01-01T00:00:00.Z');
noTime('2023-01-01T00:00:00+25:00');
noTime('a"\n', '"a\\"\\n"');

const duration = (text: string, expectedNs: number) =>
  test(`duration ${text}`, () => expect(parseDurationNs(text)).toBe(expectedNs));
const noDuration = (text: string, suffix = '') =>
  test(`no duration ${JSON.stringify(text)}`, () =>
    expect(() => parseDurationNs(text)).toThrow(
      new FormatError(`cannot parse "${text}" to a valid duration${suffix}`),
    ));

duration('15', 15e9);
duration('0.5', 5e8);
duration('-1', -1e9);
duration('1e9', 1e18);
duration('NaN', -(2 ** 63));
duration('1h30m', 5400e9);
duration('1s500ms', 1500e6);
duration('1y2w3d', 365 * 86_400e9 + 17 * 86_400e9);
duration('0s', 0);
noDuration('');
noDuration('x');
noDuration('30m1h');
noDuration('1.5h');
noDuration('5M');
noDuration('-5m');
noDuration('300y');
noDuration('1e400');
noDuration('Inf', '. It overflows int64');
noDuration('1e10', '. It overflows int64');
noDuration('9223372036.9', '. It overflows int64');

test('a day of every month of four centuries is where Date has it', () => {
  for (let year = 1900; year < 2300; year++) {
    for (let month = 1; month <= 12; month++) {
      const text = `${year}-${String(month).padStart(2, '0')}-17T01:02:03Z`;
      expect(parseTime(text), text).toBe(Date.parse(text));
    }
  }
});
