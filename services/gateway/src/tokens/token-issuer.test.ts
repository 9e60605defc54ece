import { expect, test } from 'vitest';
import { claimValues, fits } from './token-issuer.ts';

const CLAIMS = {
  sub: 'a',
  roles: ['x', 'y'],
  scope: 'read write',
  nested: { roles: ['z'], 'with.dot': { deep: 'd' } },
  'kubernetes.io': { namespace: 'prom', pod: { name: 'p-0' } },
  number: 7,
  yes: true,
  mixed: ['m', { x: 1 }, null],
  object: { a: 'b' },
};

const check = (name: string, ...values: string[]) =>
  test(`claim ${name}`, () => expect(claimValues(CLAIMS, name)).toEqual(values));

check('sub', 'a');
check('roles', 'x', 'y');
check('scope', 'read', 'write');
check('nested.roles', 'z');
check('nested.with.dot.deep', 'd');
check('kubernetes.io.namespace', 'prom');
check('kubernetes.io.pod.name', 'p-0');
check('number', '7');
check('yes', 'true');
check('mixed', 'm');
check('object');
check('nothing');
check('sub.length');
check('roles.0');
check('__proto__');
check('constructor.name');
check('');
check('.');

const fit = (when: Record<string, string[]>, expected: boolean) =>
  test(`${JSON.stringify(when)} ${expected}`, () =>
    expect(fits(CLAIMS, new Map(Object.entries(when)))).toBe(expected));

fit({ roles: ['y'] }, true);
fit({ roles: ['other', 'y'] }, true);
fit({ roles: ['Y'] }, false);
fit({ roles: ['y'], sub: ['a'] }, true);
fit({ roles: ['y'], sub: ['b'] }, false);
fit({ nothing: [''] }, false);
fit({ sub: ['*'] }, false);
