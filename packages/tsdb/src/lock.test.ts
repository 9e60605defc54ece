import { MemoryDisk, NodeDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { FolderLock, SystemProcesses } from './lock.ts';

test('our own process runs, and is told apart from others with its pid', async () => {
  const processes = new SystemProcesses(new NodeDisk());
  const mark = await processes.startMark(process.pid);
  expect(mark).toBe(await processes.startMark(process.pid));
  if (process.platform === 'linux') {
    expect(mark).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    expect(await processes.startMark(process.ppid)).not.toBe(mark);
  }
});

test('a pid that nobody has is a process that does not run', async () => {
  // Above the largest pid that Linux gives out.
  expect(await new SystemProcesses(new NodeDisk()).startMark(2 ** 22 + 1)).toBeUndefined();
});

test('a lock of our own process is taken over only when the caller vouches for it', async () => {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/data');
  const processes = { pid: 7, startMark: async () => 'mark' };
  const acquire = (isOnlyOwner: boolean) =>
    FolderLock.acquire('/data', disk, processes, () => {}, isOnlyOwner);
  await acquire(true);
  await expect(acquire(false)).rejects.toThrow('process 7 has this folder open');
  await (await acquire(true)).release();
  await acquire(false);
});

test('vouching for our own process says nothing of another', async () => {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/data');
  const startMark = async () => 'mark';
  await FolderLock.acquire('/data', disk, { pid: 7, startMark }, () => {}, true);
  const other = FolderLock.acquire('/data', disk, { pid: 8, startMark }, () => {}, true);
  await expect(other).rejects.toThrow('process 7 has this folder open');
});
