import { expect, test } from 'vitest';
import { canonicalQuery, parseQuery } from './canonical-query.ts';
import { encodePath, normalisePath, reencodeComponent } from './uri-encoding.ts';

const checkPath = (sent: string, signed: string) =>
  test(`path ${sent}`, () => expect(encodePath(normalisePath(sent))).toBe(signed));

checkPath('', '/');
checkPath('/', '/');
checkPath('/a/b', '/a/b');
checkPath('/a/b/', '/a/b/');
checkPath('//a///b//', '/a/b/');
checkPath('/a/./b/../c', '/a/c');
checkPath('/a/..', '/');
checkPath('/a/../', '/');
checkPath('/../../a', '/a');
checkPath('/a/b/..', '/a');
checkPath('/.a/..b/c.', '/.a/..b/c.');
checkPath('/a%2Fb', '/a%252Fb');
checkPath('/a%2fb', '/a%252fb');
checkPath('/%2E%2E/a', '/%252E%252E/a');
checkPath('/arn:aws', '/arn%3Aaws');
checkPath("/!'()*", '/%21%27%28%29%2A');
checkPath('/\xc3\xa9', '/%C3%A9');

const checkComponent = (sent: string, signed: string) =>
  test(`component ${sent}`, () => expect(reencodeComponent(sent)).toBe(signed));

checkComponent('aZ9-._~', 'aZ9-._~');
checkComponent('%41', 'A');
checkComponent('%7e', '~');
checkComponent('a+b%20c', 'a%20b%20c');
checkComponent('%2b', '%2B');
checkComponent("!'()*", '%21%27%28%29%2A');
checkComponent('%', '%25');
checkComponent('%4', '%254');
checkComponent('%zz', '%25zz');
checkComponent('%%41', '%25A');
checkComponent('%2525', '%2525');
checkComponent('\xc3\xa9', '%C3%A9');
checkComponent('%00%ff', '%00%FF');

const checkQuery = (sent: string, signed: string) =>
  test(`query ${sent}`, () => expect(canonicalQuery(parseQuery(sent))).toBe(signed));

checkQuery('', '');
checkQuery('&&', '');
checkQuery('a', 'a=');
checkQuery('a=&a', 'a=&a=');
checkQuery('=b', '=b');
checkQuery('a=b=c', 'a=b%3Dc');
checkQuery('b=2&a=1', 'a=1&b=2');
checkQuery('a=2&a=1&a=10', 'a=1&a=10&a=2');
checkQuery('a-=1&a=2', 'a=2&a-=1');
checkQuery('B=1&a=2', 'B=1&a=2');
checkQuery('a[]=1&a-=2', 'a%5B%5D=1&a-=2');
checkQuery('a;b=1', 'a%3Bb=1');

test('the order of the Go SDKs is that of the decoded text', () => {
  expect(canonicalQuery(parseQuery('a[]=1&a-=2'), 'decoded')).toBe('a-=2&a%5B%5D=1');
  expect(canonicalQuery(parseQuery('m={x}&m=up'), 'decoded')).toBe('m=up&m=%7Bx%7D');
});
