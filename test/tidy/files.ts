// What the tidy test looks at: the files of the repository, as text, without what is not ours.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'testdata', '.git', '.cache', 'coverage']);
const READ_ENDINGS = /\.(ts|mjs|md|json|ya?ml)$/;

/** Every file of ours with an ending that a rule reads. */
export function readFiles(root = ROOT): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      // The server's own folder, where somebody runs it from the repository.
      if (SKIPPED_FOLDERS.has(entry.name) || (folder === root && entry.name === 'data')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (READ_ENDINGS.test(entry.name) && entry.name !== 'pnpm-lock.yaml') {
        files.push({ path: relative(root, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') });
      }
    }
  };
  walk(root);
  return files;
}

/** Code that is shipped: not a test, not a test's aid. */
export function isShipped(path: string): boolean {
  return (
    /^(packages|services)\/[^/]+\/src\/.*\.ts$/.test(path) &&
    !isTest(path) &&
    !/\/(testing|promqltest)(\/|\.ts$)/.test(path)
  );
}

export function isTest(path: string): boolean {
  return (
    /\.(test|fuzz|long|bench|real)\.ts$/.test(path) ||
    path.startsWith('test/') ||
    /\/(testing|promqltest)(\/|\.ts$)/.test(path)
  );
}
