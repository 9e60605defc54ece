// Compiles the WebAssembly kernels: packages/<name>/assembly/index.ts (AssemblyScript) becomes
// packages/<name>/src/kernel.wasm.ts, a module that exports its bytes. That file is not in the repository.
//
// A kernel imports the memory it works in and keeps nothing of its own: a data section would be written
// over that memory again by every thread that instantiates it, so one is refused here.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const DATA_SECTION = 11;
const PAGES_MAX = 65_536;

/** Every package of a checkout that has kernels. */
export function packagesWithKernels(root) {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'assembly', 'index.ts')));
}

export function kernelModule(folder) {
  return join(folder, 'src', 'kernel.wasm.ts');
}

export async function buildKernels(root) {
  for (const folder of packagesWithKernels(root)) {
    const bytes = await compile(folder);
    if (hasSection(bytes, DATA_SECTION)) throw new Error(`the kernel of ${folder} has static data`);
    const text = [
      '// Made by scripts/kernels.mjs from assembly/; not in the repository.',
      `export const KERNEL_WASM = Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64');`,
      '',
    ];
    writeFileSync(kernelModule(folder), text.join('\n'));
  }
}

async function compile(folder) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      ...['--baseDir', folder],
      ...['--outFile', 'kernel.wasm'],
      ...['--runtime', 'stub'],
      ...['--initialMemory', '1'],
      ...['--maximumMemory', String(PAGES_MAX)],
      ...['--enable', 'simd'],
      ...['--enable', 'threads'],
      '--importMemory',
      '--sharedMemory',
      '--noAssert',
      '-O3',
    ],
    { writeFile: (name, content) => files.set(name, content) },
  );
  if (error) throw new Error(`${folder}/assembly: ${error.message}\n${stderr.toString()}`);
  return files.get('kernel.wasm');
}

/** Walks a module's sections: an id, a length in LEB128, as many bytes. */
function hasSection(bytes, wanted) {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (id === wanted) return true;
    at += length;
  }
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildKernels(process.cwd());
