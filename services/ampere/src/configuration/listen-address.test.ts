import { expect, test } from 'vitest';
import { parseListenAddress, urlOf } from './listen-address.ts';

const check = (text: string, host: string | undefined, port?: number, url?: string) =>
  test(`"${text}"`, () => {
    const address = parseListenAddress(text);
    expect(address).toEqual(host === undefined ? undefined : { host, port });
    if (address !== undefined && url !== undefined) expect(urlOf(address)).toBe(url);
  });

check('127.0.0.1:9009', '127.0.0.1', 9009, 'http://127.0.0.1:9009');
check('localhost:0', 'localhost', 0, 'http://localhost:0');
check(':9009', '::', 9009, 'http://127.0.0.1:9009');
check('0.0.0.0:80', '0.0.0.0', 80, 'http://127.0.0.1:80');
check('[::1]:9009', '::1', 9009, 'http://[::1]:9009');
check('::1:9009', undefined);
check('9009', undefined);
check('localhost', undefined);
check('localhost:65536', undefined);
check('localhost:-1', undefined);
check('http://localhost:9009', undefined);
check('', undefined);
