import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The SQLite addon that the build puts beside the bundle; undefined when run from the sources. */
export function bundledAddon(): string | undefined {
  const path = fileURLToPath(new URL('./better_sqlite3.node', import.meta.url));
  return existsSync(path) ? path : undefined;
}
