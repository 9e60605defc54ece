import { Labels } from '@ampere/series';
import { expect, it } from 'vitest';
import { formatLabels, formatOpenMetricsFloat, hasLoneSurrogate, parseGoFloat } from './go-text.ts';
import { xxHash64 } from './labels-hash.ts';

function check(text: string, expected: number | undefined): void {
  expect(parseGoFloat(text), text).toBe(expected);
}

it('reads numbers as Go does', () => {
  check('1', 1);
  check('-.5e1', -5);
  check('1.', 1);
  check('+Inf', Number.POSITIVE_INFINITY);
  check('-infinity', Number.NEGATIVE_INFINITY);
  check('nan', Number.NaN);
  check('0x1p-2', 0.25);
  check('0x1.8p1', 3);
  check('', undefined);
  check(' 1', undefined);
  check('1s', undefined);
  check('.', undefined);
  check('0x', undefined);
});

it('prints labels', () => {
  expect(formatLabels(Labels.EMPTY)).toBe('{}');
  expect(formatLabels(Labels.fromRecord({ b: 'x"y', 'a.b': '1' }))).toBe('{"a.b"="1", b="x\\"y"}');
  expect([0, 0.5, 1, 1e7, Number.NaN].map(formatOpenMetricsFloat)).toEqual([
    '0.0',
    '0.5',
    '1.0',
    '1e+07',
    'NaN',
  ]);
  expect(hasLoneSurrogate('a\udcc5z')).toBe(true);
  expect(hasLoneSurrogate('a😀z')).toBe(false);
});

function checkHash(text: string, expected: string): void {
  expect(xxHash64(Buffer.from(text)).toString(16), text).toBe(expected);
}

it('hashes as xxHash64', () => {
  checkHash('', 'ef46db3751d8e999');
  checkHash('a', 'd24ec4f1a98c6e5b');
  checkHash('abc', '44bc2cf5ad770999');
  checkHash('Nobody inspects the spammish repetition', 'fbcea83c8a378bf1');
});
