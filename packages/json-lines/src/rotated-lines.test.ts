import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { type LinePosition, RotatedLines } from './rotated-lines.ts';

function setUp(disk = new MemoryDisk(new SeededRandom(1))) {
  const errors: unknown[] = [];
  const open = () =>
    RotatedLines.open({
      folder: '/log',
      disk,
      fileBytesMax: 30,
      filesMax: 3,
      onError: (error) => errors.push(error),
    });
  return { disk, errors, open };
}

async function read(lines: RotatedLines, before?: LinePosition): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { record } of lines.newestFirst(before)) found.push(record['n']);
  return found;
}

test('what is appended is read back, newest first, over a restart', async () => {
  const { open } = setUp();
  const lines = await open();
  for (let n = 1; n <= 4; n++) {
    lines.append({ n });
    await lines.flush();
  }
  expect(await read(lines)).toEqual([4, 3, 2, 1]);
  await lines.close();
  const again = await open();
  again.append({ n: 5 });
  await again.flush();
  expect(await read(again)).toEqual([5, 4, 3, 2, 1]);
});

test('the oldest files go', async () => {
  const { disk, open } = setUp();
  const lines = await open();
  for (let n = 1; n <= 40; n++) {
    lines.append({ n });
    await lines.flush();
  }
  expect(await disk.list('/log')).toHaveLength(3);
  const left = await read(lines);
  expect(left[0]).toBe(40);
  expect(left.length).toBeLessThanOrEqual(12);
});

test('reading goes on from a position, whatever was appended since', async () => {
  const { open } = setUp();
  const lines = await open();
  for (let n = 1; n <= 6; n++) lines.append({ n });
  await lines.flush();
  const first = lines.newestFirst();
  await first.next();
  const { position } = (await first.next()).value!;
  lines.append({ n: 7 });
  await lines.flush();
  expect(await read(lines, position)).toEqual([4, 3, 2, 1]);
});

test('a torn line is passed over, and what follows it is whole', async () => {
  const { disk, open } = setUp();
  const lines = await open();
  lines.append({ n: 1 });
  await lines.close();
  const [name] = await disk.list('/log');
  const file = await disk.openAppend(`/log/${name}`, 'existing');
  await file.append(Buffer.from('{"n":'));
  await file.close();
  const again = await open();
  again.append({ n: 2 });
  await again.flush();
  expect(await read(again)).toEqual([2, 1]);
});

test('what the disk refused is written with the next record', async () => {
  const { disk, errors, open } = setUp();
  const lines = await open();
  lines.append({ n: 1 });
  await lines.flush();
  disk.failures = ({ name }) => (name === 'append' ? 'full' : undefined);
  lines.append({ n: 2 });
  await lines.flush();
  expect(errors).toHaveLength(1);
  disk.failures = () => undefined;
  lines.append({ n: 3 });
  await lines.flush();
  expect(await read(lines)).toEqual([3, 2, 1]);
});

test('what waits is bounded', async () => {
  const { open } = setUp();
  const lines = await open();
  for (let n = 1; n <= 10_002; n++) lines.append({ n });
  expect(lines.dropped).toBe(2);
  await lines.flush();
  expect((await read(lines))[0]).toBe(10_002);
});

test('who waits for stable storage is told what the disk refused', async () => {
  const { disk, open } = setUp();
  const lines = await open();
  await lines.appendDurably({ n: 1 });
  disk.failures = ({ name }) => (name === 'sync' ? 'io' : undefined);
  lines.append({ n: 2 });
  const refused = [lines.appendDurably({ n: 3 }), lines.appendDurably({ n: 4 })];
  for (const result of await Promise.allSettled(refused)) expect(result.status).toBe('rejected');
  disk.failures = () => undefined;
  await lines.appendDurably({ n: 5 });
  expect((await read(lines)).slice(0, 2)).toEqual([5, 2]);
});
