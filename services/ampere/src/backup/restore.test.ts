import { createHash } from 'node:crypto';
import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { formatManifest } from './backup-manifest.ts';
import { restoreBackup } from './restore.ts';

const CREATED = '2026-01-02T03:04:05.000Z';

async function write(disk: MemoryDisk, path: string, text: string): Promise<void> {
  await disk.makeFolder(path.slice(0, path.lastIndexOf('/')));
  await disk.replaceFile(path, Buffer.from(text));
}

async function setUp(files: Record<string, string> = { a: 'one', 'w/x/b': 'two', empty: '' }) {
  const disk = new MemoryDisk(new SeededRandom(1));
  for (const [path, text] of Object.entries(files)) await write(disk, `/backup/${path}`, text);
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  }));
  await disk.replaceFile('/backup/manifest.json', formatManifest({ createdAt: CREATED, files: entries }));
  const progress: [number, number][] = [];
  const restore = () =>
    restoreBackup({
      from: '/backup',
      to: '/data',
      disk,
      onProgress: (done, total) => progress.push([done, total]),
    });
  return { disk, restore, progress };
}

test('all files come back, and nothing else is there', async () => {
  const { disk, restore, progress } = await setUp();
  expect((await restore()).createdAt).toBe(CREATED);
  expect(Buffer.from(await disk.readFile('/data/w/x/b')).toString()).toBe('two');
  expect(await disk.list('/data')).toEqual(['a', 'empty', 'w']);
  expect(progress.at(-1)).toEqual([12, 12]);
});

test('a restore that was cut off is begun again', async () => {
  const { disk, restore } = await setUp();
  await write(disk, '/data/.restoring/half', 'x');
  await restore();
  expect(await disk.list('/data')).toEqual(['a', 'empty', 'w']);
});

function refuse(name: string, spoil: (disk: MemoryDisk) => Promise<void>, text: string): void {
  test(name, async () => {
    const { disk, restore } = await setUp();
    await spoil(disk);
    await expect(restore()).rejects.toThrow(text);
    expect((await disk.list('/data')).filter((file) => file !== 'mine')).toEqual([]);
  });
}
refuse('a changed file', (disk) => write(disk, '/backup/w/x/b', 'twp'), 'is damaged: w/x/b');
refuse('a longer file', (disk) => write(disk, '/backup/a', 'ones'), 'is damaged: a');
refuse('a missing file', (disk) => disk.remove('/backup/a'), 'is not whole: a is missing');
refuse('no manifest', (disk) => disk.remove('/backup/manifest.json'), 'it has no manifest.json');
refuse('a manifest that is none', (disk) => write(disk, '/backup/manifest.json', '{'), 'it is not JSON');
refuse('another format', (disk) => write(disk, '/backup/manifest.json', '{"format":9}'), 'format 9');
refuse(
  'a data folder with something in it',
  (disk) => write(disk, '/data/mine', 'x'),
  'is not empty: it has mine',
);
refuse(
  'a path out of the folder',
  (disk) =>
    disk.replaceFile(
      '/backup/manifest.json',
      formatManifest({ createdAt: CREATED, files: [{ path: '../etc/x', bytes: 0, sha256: '0'.repeat(64) }] }),
    ),
  'manifest.json is damaged',
);
