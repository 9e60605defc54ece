// Builds dist/: one file for the server and command line, one for each worker thread, and the SQLite
// addon beside them, so that dist/ runs wherever Node.js is, without node_modules.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  absWorkingDir: root,
  entryPoints: {
    ampere: 'services/ampere/src/main.ts',
    'engine-worker': 'services/engine/src/worker-main.ts',
    'background-worker': 'services/ampere/src/background/background-main.ts',
    'query-worker': 'services/engine/src/query-worker-main.ts',
  },
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'linked',
  logLevel: 'warning',
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
});

// The addon belongs to the control plane's dependency; the bundle passes its path to better-sqlite3.
const fromControlPlane = createRequire(join(root, 'services', 'control-plane', 'package.json'));
const sqlite = dirname(fromControlPlane.resolve('better-sqlite3/package.json'));
copyFileSync(join(sqlite, 'build', 'Release', 'better_sqlite3.node'), join(dist, 'better_sqlite3.node'));
