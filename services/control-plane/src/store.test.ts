// The database connection: settings, migrations, refusals, effects after a commit.
import { join } from 'node:path';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { MIGRATIONS } from './migrations/index.ts';
import { Store, StoreError } from './store.ts';
import { cleanUp } from './testing.ts';

async function newPath(): Promise<string> {
  return join(temporaryFolder(), 'control.db');
}

function open(path: string, migrations?: readonly string[]): Store {
  const store = new Store({ path, clock: new FakeClock(5000), ...(migrations && { migrations }) });
  cleanUp(async () => store.close());
  return store;
}

const FIRST = 'CREATE TABLE one (x INTEGER)';
const SECOND = 'CREATE TABLE two (x INTEGER); INSERT INTO one VALUES (2)';

test('the connection is durable, strict and patient', async () => {
  const store = open(await newPath());
  const pragma = (name: string) => Object.values(store.prepare<[], object>(`PRAGMA ${name}`).get()!)[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('foreign_keys')).toBe(1);
  expect(pragma('busy_timeout')).toBe(5000);
});

test('migrations run once, in order, and are noted', async () => {
  const path = await newPath();
  open(path, [FIRST]).close();
  open(path, [FIRST, SECOND]).close();
  const store = open(path, [FIRST, SECOND]);
  expect(store.prepare('SELECT * FROM one').all()).toEqual([{ x: 2 }]);
  expect(store.prepare('SELECT * FROM schema_version').all()).toEqual([
    { version: 1, applied_at_ms: 5000 },
    { version: 2, applied_at_ms: 5000 },
  ]);
});

test('a migration that fails leaves nothing of itself', async () => {
  const path = await newPath();
  expect(() => open(path, [FIRST, 'CREATE TABLE two (x); INSERT INTO nowhere VALUES (1)'])).toThrow(
    StoreError,
  );
  const store = open(path, [FIRST, SECOND]);
  expect(store.prepare('SELECT max(version) AS v FROM schema_version').get()).toEqual({ v: 2 });
});

test('a newer schema is refused and left alone', async () => {
  const path = await newPath();
  open(path, [...MIGRATIONS, FIRST, SECOND]).close();
  expect(() => open(path)).toThrow(
    new StoreError(
      path,
      `has schema version ${MIGRATIONS.length + 2}, but this program knows versions up to ${MIGRATIONS.length}; start the newer program that wrote it`,
    ),
  );
  open(path, [...MIGRATIONS, FIRST, SECOND]).close();
});

test('what is no database is refused with its name', async () => {
  const path = await newPath();
  await new NodeDisk().replaceFile(
    path,
    Buffer.from('not a database, but long enough to look at'.repeat(50)),
  );
  expect(() => open(path)).toThrow(new StoreError(path, 'cannot be read: file is not a database'));
});

test('a folder that is missing is refused with its name', async () => {
  const path = join(temporaryFolder(), 'nowhere', 'control.db');
  expect(() => open(path)).toThrow(/^control-plane database .*nowhere.*: cannot be opened: /);
});

test('an addon that is not there is refused with its name', async () => {
  const path = await newPath();
  const nativeBinding = join(temporaryFolder(), 'sqlite.node');
  expect(() => new Store({ path, clock: new FakeClock(), nativeBinding })).toThrow(
    /cannot be opened: .*sqlite\.node/,
  );
});

test('effects follow the commit, and only a commit', async () => {
  const store = open(await newPath(), [FIRST]);
  const insert = store.prepare('INSERT INTO one VALUES (1)');
  const count = store.prepare<[], { n: number }>('SELECT count(*) AS n FROM one');
  const seen: number[] = [];
  store.transaction(() => {
    insert.run();
    store.afterCommit(() => seen.push(count.get()!.n));
    expect(seen).toEqual([]);
  });
  expect(seen).toEqual([1]);
  expect(() =>
    store.transaction(() => {
      insert.run();
      store.afterCommit(() => seen.push(-1));
      throw new Error('changed my mind');
    }),
  ).toThrow('changed my mind');
  expect([seen, count.get()!.n]).toEqual([[1], 1]);
  expect(() => store.afterCommit(() => {})).toThrow('BUG: a change outside of a transaction');
  expect(() => store.transaction(() => store.transaction(() => {}))).toThrow('BUG: a transaction inside');
  store.transaction(() => insert.run());
  expect(count.get()!.n).toBe(2);
});
