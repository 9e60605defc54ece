import { expect, test } from 'vitest';
import { parseTarget } from './raw-target.ts';

const check = (target: string, path?: string, search?: string, originForm = target) =>
  test(JSON.stringify(target), () =>
    expect(parseTarget(target)).toEqual(path === undefined ? undefined : { path, search, originForm }),
  );

check('/', '/', '');
check('/a%2Fb/../c//d', '/a%2Fb/../c//d', '');
check('/a?', '/a', '');
check('/a?b=%zz&c?d', '/a', 'b=%zz&c?d');
check('http://host:1/a?b', '/a', 'b', '/a?b');
check('HTTPS://user:pw@host/a', '/a', '', '/a');
check('http://host', '/', '', '/');
check('http://host?q', '/', 'q', '/?q');
check('//host/a', '//host/a', '');
check('');
check('*');
check('host:443');
check('a/b');
check('ftp://host/a');
check('/a#b');
