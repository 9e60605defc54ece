import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { Limits, parseLimits } from '@ampere/limits';
import { FakeClock, NodeDisk } from '@ampere/platform';
import { temporaryFolder } from '@ampere/testing';
import { describe, expect, test } from 'vitest';
import { FakeStorages } from '../testing/fake-storage.ts';
import type { Tenant } from './tenant.ts';
import { TenantSettings } from './tenant-settings.ts';
import { Tenants } from './tenants.ts';

function setUp(dataDir = temporaryFolder()) {
  const storages = new FakeStorages();
  const clock = new FakeClock();
  const deleted: string[] = [];
  const logged: string[] = [];
  const open = (keepDeletedMs = 0) =>
    Tenants.open({
      dataDir,
      keepDeletedMs,
      settings: new TenantSettings(new Limits(parseLimits({ workspaces: { small: { ingestion_rate: 5 } } }))),
      openStorage: storages.open,
      disk: new NodeDisk(),
      clock,
      log: (_, message) => logged.push(message),
      onDeleted: (id) => deleted.push(id),
    });
  return { dataDir, storages, clock, deleted, logged, open };
}

function tenantOf(tenants: Tenants, id: string): Tenant {
  const lookup = tenants.find(id);
  if (lookup.kind !== 'found') throw new Error(`${id} is ${lookup.kind}`);
  return lookup.tenant;
}

test('a tenant that was created is found, with its own limits, and is opened by the next start', async () => {
  const { open, storages, dataDir } = setUp();
  const tenants = await open();
  expect(tenants.find('small').kind).toBe('unknown');
  await Promise.all([tenants.create('small'), tenants.create('small'), tenants.create('ws-1')]);
  expect(storages.opened.sort()).toEqual(['small', 'ws-1']);
  expect(tenantOf(tenants, 'small').limits.ingestionSamplesPerSecond).toBe(5);
  expect(tenantOf(tenants, 'ws-1').limits.ingestionSamplesPerSecond).toBe(70_000);
  expect(storages.byTenant.get('small')!.folder).toBe(`${dataDir}/workspaces/small/tsdb`);
  await tenants.close();
  expect([...storages.byTenant.values()].every(({ isClosed }) => isClosed)).toBe(true);
  const again = await open();
  expect([...again.all()].map(({ id }) => id).sort()).toEqual(['small', 'ws-1']);
});

describe('ids that could mean something in a path are refused', () => {
  const check = (id: string) =>
    test(JSON.stringify(id), async () => {
      const { open, dataDir } = setUp();
      const tenants = await open();
      await expect(tenants.create(id)).rejects.toThrow('tenant id must be');
      await expect(tenants.delete(id)).rejects.toThrow('tenant id must be');
      expect(tenants.find(id).kind).toBe('unknown');
      expect(readdirSync(`${dataDir}/workspaces`)).toEqual([]);
    });

  check('');
  check('.');
  check('..');
  check('../x');
  check('a/b');
  check('a\\b');
  check('a.b');
  check('a\0');
  check('a\n');
  check('.deleted-a-0');
  check('-a');
  check('é');
  check('a'.repeat(129));
});

test('a deleted tenant is out of reach at once, closed when its requests end, then removed', async () => {
  const { open, storages, deleted, dataDir } = setUp();
  const tenants = await open();
  await tenants.create('a');
  const tenant = tenantOf(tenants, 'a');
  const storage = storages.byTenant.get('a')!;
  writeFileSync(`${dataDir}/workspaces/a/data`, 'x');
  tenant.hold();
  const deletion = tenants.delete('a');
  expect(tenants.find('a').kind).toBe('unknown');
  expect(storage.isClosed).toBe(false);
  tenant.release();
  await deletion;
  expect(storage.isClosed).toBe(true);
  expect(deleted).toEqual(['a']);
  expect(existsSync(`${dataDir}/workspaces/a`)).toBe(false);
  await tenants.close();
  expect(readdirSync(`${dataDir}/workspaces`)).toEqual([]);
});

test('deleting twice, or what never was, is harmless; a tenant can come back empty', async () => {
  const { open, dataDir } = setUp();
  const tenants = await open();
  await tenants.delete('never');
  await tenants.create('a');
  writeFileSync(`${dataDir}/workspaces/a/data`, 'x');
  await Promise.all([tenants.delete('a'), tenants.delete('a'), tenants.create('a')]);
  expect(tenants.find('a').kind).toBe('found');
  expect(existsSync(`${dataDir}/workspaces/a/data`)).toBe(false);
});

test('a deletion that comes while the tenant is created still deletes it', async () => {
  const { open, storages, dataDir } = setUp();
  const tenants = await open();
  await Promise.all([tenants.create('a'), tenants.delete('a')]);
  expect(tenants.find('a').kind).toBe('unknown');
  expect(storages.byTenant.get('a')!.isClosed).toBe(true);
  expect(existsSync(`${dataDir}/workspaces/a`)).toBe(false);
});

test('a start removes what a crash left of a deletion', async () => {
  const { open, dataDir, storages } = setUp();
  mkdirSync(`${dataDir}/workspaces/.deleted-a-0/tsdb`, { recursive: true });
  mkdirSync(`${dataDir}/workspaces/b`);
  const tenants = await open();
  expect(storages.opened).toEqual(['b']);
  await tenants.close();
  expect(readdirSync(`${dataDir}/workspaces`)).toEqual(['b']);
});

test('deleted data stay for as long as they are to be kept, over a restart, and nobody reaches them', async () => {
  const { open, dataDir, clock } = setUp();
  const kept = () => readdirSync(`${dataDir}/workspaces`);
  const tenants = await open(1000);
  await tenants.create('a');
  await tenants.delete('a');
  const name = `.deleted-a-${clock.nowMs()}`;
  expect([tenants.find('a').kind, kept()]).toEqual(['unknown', [name]]);
  await tenants.create('a');
  await tenants.close();
  clock.advance(500);
  const again = await open(1000);
  expect(kept()).toEqual([name, 'a']);
  clock.advance(500);
  await again.close();
  expect(kept()).toEqual(['a']);
});

test('a tenant that can not be opened is refused, and tried again when asked for later', async () => {
  const { open, dataDir, storages, clock, logged } = setUp();
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f'])
    mkdirSync(`${dataDir}/workspaces/${id}`, { recursive: true });
  storages.broken.add('c');
  const tenants = await open();
  expect([...tenants.all()].map(({ id }) => id).sort()).toEqual(['a', 'b', 'd', 'e', 'f']);
  expect(tenants.failedCount).toBe(1);
  expect(tenants.find('c').kind).toBe('failed');
  storages.broken.delete('c');
  expect(tenants.find('c').kind).toBe('failed');
  clock.advance(10_000);
  expect(tenants.find('c').kind).toBe('failed');
  // Asking again waits for the attempt that the look-up began, and finds the tenant there.
  await tenants.create('c');
  expect(tenants.find('c').kind).toBe('found');
  expect(storages.opened.filter((id) => id === 'c')).toHaveLength(1);
  expect(logged).toContain('storage of a workspace can not be opened');
});

test('a tenant that can not be opened can be deleted', async () => {
  const { open, dataDir, storages } = setUp();
  mkdirSync(`${dataDir}/workspaces/a`, { recursive: true });
  storages.broken.add('a');
  const tenants = await open();
  await tenants.delete('a');
  expect(tenants.find('a').kind).toBe('unknown');
  await tenants.close();
  expect(readdirSync(`${dataDir}/workspaces`)).toEqual([]);
});
