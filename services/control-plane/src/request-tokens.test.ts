import { join } from 'node:path';
import { FakeClock } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { hashInput, RequestTokens, TOKEN_LIFETIME_MS } from './request-tokens.ts';
import { Store } from './store.ts';
import { cleanUp } from './testing.ts';

async function open(tokensMax: number) {
  const clock = new FakeClock();
  const store = new Store({ path: join(temporaryFolder(), 'control.db'), clock });
  cleanUp(async () => store.close());
  const tokens = new RequestTokens(store, clock, tokensMax);
  const key = (token: string) => ({ principalArn: 'arn', operation: 'Op', token });
  const remember = (token: string) =>
    store.transaction(() =>
      tokens.remember(key(token), { inputHash: new Uint8Array(32), answer: new Uint8Array(0) }),
    );
  const known = (...names: string[]) => names.filter((token) => tokens.find(key(token)) !== undefined);
  const rows = () => store.prepare<[], { n: number }>('SELECT count(*) AS n FROM request_tokens').get()!.n;
  return { clock, remember, known, rows };
}

test('old tokens leave the table when new ones come', async () => {
  const { clock, remember, known, rows } = await open(100);
  remember('a');
  clock.advance(TOKEN_LIFETIME_MS - 1);
  remember('b');
  expect([known('a', 'b'), rows()]).toEqual([['a', 'b'], 2]);
  clock.advance(1);
  expect([known('a', 'b'), rows()]).toEqual([['b'], 2]);
  remember('a');
  expect([known('a', 'b'), rows()]).toEqual([['a', 'b'], 2]);
});

test('the table is bounded; the oldest go first', async () => {
  const { remember, known, rows } = await open(3);
  for (const token of ['a', 'b', 'c', 'd', 'e']) remember(token);
  expect([known('a', 'b', 'c', 'd', 'e'), rows()]).toEqual([['c', 'd', 'e'], 3]);
});

function check(name: string, a: Record<string, unknown>, b: Record<string, unknown>, same: boolean): void {
  test(`input hash: ${name}`, () => {
    expect(Buffer.from(hashInput(a)).equals(hashInput(b))).toBe(same);
  });
}

const map = (...entries: [string, string][]) => new Map(entries);
check('the order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, true);
check('the order of a map', { t: map(['a', '1'], ['b', '2']) }, { t: map(['b', '2'], ['a', '1']) }, true);
check('the order of a list', { l: [1, 2] }, { l: [2, 1] }, false);
check('a value', { a: '1' }, { a: '2' }, false);
check('a type', { a: '1' }, { a: 1 }, false);
check('absent and empty', {}, { a: '' }, false);
check('no tags and an empty map', {}, { t: map() }, false);
check('a list is no map', { t: map(['a', 'b']) }, { t: [['a', 'b']] }, false);
check('__proto__ counts', { t: map(['__proto__', 'a']) }, { t: map() }, false);
