import { NodeDisk } from '@ampere/platform';
import { expect, test } from 'vitest';
import { SystemProcesses } from './lock.ts';

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
