// Files of targets: JSON or YAML lists of `{targets, labels}` in the server's folder of target files.
import type { Disk } from '@ampere/platform';
import type { FileDiscovery, StaticGroup } from './configuration/configuration.ts';
import { fault, ScrapeConfigurationError } from './configuration/fields.ts';
import { readStaticGroup } from './configuration/read-configuration.ts';
import { readYaml } from './configuration/yaml.ts';

const FILE_BYTES_MAX = 1 << 20;
const FILES_MAX = 1000;

/**
 * All groups of the files that are there, each with the file it is from as `__meta_filepath`.
 *
 * @throws ScrapeConfigurationError when one of them can't be read; DiskError.
 */
export async function readTargetFiles(
  { files }: FileDiscovery,
  folder: string,
  disk: Disk,
): Promise<StaticGroup[]> {
  const groups: StaticGroup[] = [];
  for (const pattern of files) {
    for (const path of await expandPattern(pattern, folder, disk)) {
      const info = await disk.info(`${folder}/${path}`);
      if (info === undefined) continue;
      groups.push(...parseTargets(await readBounded(`${folder}/${path}`, path, disk), path));
    }
  }
  return groups;
}

async function readBounded(path: string, name: string, disk: Disk): Promise<string> {
  const file = await disk.openRead(path);
  try {
    if (file.size() > FILE_BYTES_MAX) {
      throw new ScrapeConfigurationError(`${name} is longer than ${FILE_BYTES_MAX} bytes`);
    }
    const bytes = new Uint8Array(file.size());
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)));
  } finally {
    await file.close();
  }
}

/** YAML takes JSON too. */
function parseTargets(text: string, path: string): StaticGroup[] {
  const value = readYaml(text, path) || [];
  if (!Array.isArray(value)) throw fault(path, 'a list');
  return value.map((member: unknown, at) => {
    const { targets, labels } = readStaticGroup(member, `${path}[${at}]`);
    return { targets, labels: new Map([...labels, ['__meta_filepath', path]]) };
  });
}

async function expandPattern(pattern: string, folder: string, disk: Disk): Promise<string[]> {
  if (!pattern.includes('*')) return [pattern];
  const slash = pattern.lastIndexOf('/');
  const inside = slash === -1 ? '' : pattern.slice(0, slash + 1);
  const [before, after] = pattern.slice(slash + 1).split('*') as [string, string];
  const place = slash === -1 ? folder : `${folder}/${pattern.slice(0, slash)}`;
  if ((await disk.info(place)) === undefined) return [];
  const names = await disk.list(place);
  return names
    .filter(
      (name) =>
        name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after),
    )
    .slice(0, FILES_MAX)
    .map((name) => inside + name);
}
