import { expect, test } from 'vitest';
import { formatGoDuration, parseGoBoolean, parseGoFloat, parseGoInteger, quote } from './index.ts';

const float = (text: string, expected: number | undefined) =>
  test(`float ${JSON.stringify(text)}`, () => expect(parseGoFloat(text)).toBe(expected));

float('1', 1);
float('+5', 5);
float('-5.5', -5.5);
float('.5', 0.5);
float('5.', 5);
float('1e3', 1000);
float('1E-3', 0.001);
float('1_000', 1000);
float('1__0', undefined);
float('_1', undefined);
float('1_', undefined);
float('1_.5', undefined);
float('1e', undefined);
float('1e400', undefined);
float('', undefined);
float(' 1', undefined);
float('0x10', undefined);
float('0x1p4', 16);
float('-0x1.8p1', -3);
float('0x_1p0', 1);
float('0xp0', undefined);
float('NaN', Number.NaN);
float('+nan', undefined);
float('inf', Number.POSITIVE_INFINITY);
float('-Infinity', Number.NEGATIVE_INFINITY);
float('infinit', undefined);

const integer = (text: string, expected: number | string) =>
  test(`integer ${JSON.stringify(text)}`, () => {
    const result = parseGoInteger(text, 'Atoi');
    expect('error' in result ? result.error : result.value).toBe(expected);
  });

integer('12', 12);
integer('+5', 5);
integer('-5', -5);
integer('007', 7);
integer('', 'strconv.Atoi: parsing "": invalid syntax');
integer('1.5', 'strconv.Atoi: parsing "1.5": invalid syntax');
integer('1_0', 'strconv.Atoi: parsing "1_0": invalid syntax');
integer('9223372036854775807', 2 ** 63);
integer('9223372036854775808', 'strconv.Atoi: parsing "9223372036854775808": value out of range');
integer('-9223372036854775808', -(2 ** 63));
integer('9'.repeat(50), `strconv.Atoi: parsing "${'9'.repeat(50)}": value out of range`);

const quoted = (text: string, expected: string) =>
  test(`quote ${JSON.stringify(text)}`, () => expect(quote(text)).toBe(expected));

quoted('plain', '"plain"');
quoted('a"b\\c', '"a\\"b\\\\c"');
quoted('\u0007\b\f\n\r\t\v\0\u007f', '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"');
quoted('é😀\ufffd', '"é😀\ufffd"');
quoted('\u00a0\u00ad\u2028', '"\\u00a0\\u00ad\\u2028"');
quoted('\u{e0001}', '"\\U000e0001"');
quoted('a\udcffb', '"a\\xffb"');

const duration = (ms: number, expected: string) =>
  test(`duration ${ms}`, () => expect(formatGoDuration(ms)).toBe(expected));

duration(0, '0s');
duration(20, '20ms');
duration(1500, '1.5s');
duration(60_000, '1m0s');
duration(32 * 86_400_000, '768h0m0s');
duration(32 * 86_400_000 + 1, '768h0m0.001s');
duration(-90_000, '-1m30s');

test('booleans', () => {
  expect(['1', 't', 'TRUE', 'True'].map(parseGoBoolean)).toEqual([true, true, true, true]);
  expect(['0', 'f', 'FALSE', 'False'].map(parseGoBoolean)).toEqual([false, false, false, false]);
  expect(['', 'yes', 'tRUE'].map(parseGoBoolean)).toEqual([undefined, undefined, undefined]);
});
