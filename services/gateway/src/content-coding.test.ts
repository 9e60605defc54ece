import { expect, test } from 'vitest';
import { isCompressible, prefersGzip } from './content-coding.ts';

const check = (acceptEncoding: string | undefined, gzip: boolean) =>
  test(`Accept-Encoding: ${acceptEncoding}`, () => expect(prefersGzip(acceptEncoding)).toBe(gzip));

check(undefined, false);
check('', false);
check('gzip', true);
check('GZIP', true);
check('x-gzip', true);
check('deflate, gzip;q=1.0, *;q=0.5', true);
check('br', false);
check('*', true);
check('*;q=0', false);
check('gzip;q=0, *', false);
check('gzip;q=0.001', true);
check('gzip;q=0.0', false);
check('gzip; q = 0.5 , identity', false);
check('gzip;q=0.5, identity;q=0.5', true);
check('gzip;q=2', false);
check('gzip;q=', false);
check('gzip;level=9', true);
check(',,;q=1,', false);

test('types that shrink', () => {
  expect(['application/json', 'text/plain; charset=utf-8'].map(isCompressible)).toEqual([true, true]);
  expect([undefined, 'application/x-protobuf', 'image/png'].map(isCompressible)).toEqual([
    false,
    false,
    false,
  ]);
});
