import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Bundles the entry of a worker thread as the build does; returns where it is. */
export async function bundleWorker(entry: URL, folder: string, name = 'engine-worker'): Promise<URL> {
  const outfile = `${folder}/${name}.mjs`;
  await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    // CommonJS packages in a bundle of modules ask for require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return pathToFileURL(outfile);
}
