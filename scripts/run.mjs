// The front door of the repository: `npm start`, `npm test` and their siblings come through here.
//
// A fresh clone has nothing but Node.js and npm, so each command first
// 1. installs the packages with the pinned pnpm when the lock file or a manifest has changed,
// 2. compiles the kernels and builds dist/ when a source is newer than the last build,
// 3. runs what was asked for (`npm start` then replaces its shell with the server, so that a signal
//    reaches the server itself).
// Steps 1 and 2 are skipped when their stamp still matches, so the second time is quick.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM_VERSION = '12.21.0';
const NODE_MINIMUM = [20, 19];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'ampere');

function say(text) {
  process.stderr.write(`[ampere] ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = NODE_MINIMUM;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    fail(`Node.js ${NODE_MINIMUM.join('.')} or newer is needed; this is ${process.versions.node}`);
  }
}

/** Runs a program in the foreground; a failure of it ends this process with the same code. */
function run(command, args, env = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (result.error) fail(`${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Every file below a folder whose path the filter takes, skipping what is not ours. */
function* filesBelow(dir, take) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, take);
    else if (take(path)) yield path;
  }
}

function workspaceFolders() {
  return ['packages', 'services', 'test'].map((name) => join(root, name)).filter(existsSync);
}

function digest(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of [...paths].sort())
    hash.update(relative(root, path)).update('\0').update(readFileSync(path));
  return hash.digest('hex');
}

function stampMatches(name, value) {
  const path = join(cache, name);
  return existsSync(path) && readFileSync(path, 'utf8') === value;
}

function writeStamp(name, value) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, name), value);
}

function install() {
  const manifests = [
    join(root, 'package.json'),
    join(root, 'pnpm-lock.yaml'),
    join(root, 'pnpm-workspace.yaml'),
  ];
  for (const folder of workspaceFolders())
    manifests.push(...filesBelow(folder, (p) => p.endsWith('/package.json')));
  const wanted = digest(manifests.filter(existsSync));
  if (stampMatches('installed', wanted)) return;
  say(`installing packages with pnpm ${PNPM_VERSION} (the first time compiles SQLite: about a minute)`);
  // node-gyp compiles against the headers that came with this Node.js, where they are, instead of
  // fetching them.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
  const frozen = process.env['AMPERE_UPDATE_LOCKFILE'] === '1' ? '--no-frozen-lockfile' : '--frozen-lockfile';
  run('npx', ['--yes', `pnpm@${PNPM_VERSION}`, 'install', frozen], headers);
  writeStamp('installed', wanted);
}

function build() {
  const sources = [join(root, 'scripts', 'build.mjs'), join(root, 'pnpm-lock.yaml')];
  for (const folder of workspaceFolders()) {
    sources.push(
      ...filesBelow(
        folder,
        (p) => /\.(ts|json|sql|html|css|proto|yaml)$/.test(p) && !/\.(test|fuzz|long|bench)\.ts$/.test(p),
      ),
    );
  }
  const wanted = digest(sources.filter((p) => existsSync(p) && statSync(p).isFile()));
  if (stampMatches('built', wanted) && existsSync(join(root, 'dist', 'ampere.mjs'))) return;
  say('building dist/ampere.mjs');
  run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
  writeStamp('built', wanted);
}

/** Compiles the kernels when their sources changed; types and tests need them as well as the build. */
function kernels() {
  const script = join(root, 'scripts', 'kernels.mjs');
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const sources = folders.filter((folder) => existsSync(join(folder, 'assembly', 'index.ts')));
  const wanted = digest([
    script,
    join(root, 'pnpm-lock.yaml'),
    ...sources.flatMap((folder) => [...filesBelow(join(folder, 'assembly'), (p) => p.endsWith('.ts'))]),
  ]);
  const isThere = sources.every((folder) => existsSync(join(folder, 'src', 'kernel.wasm.ts')));
  if (isThere && stampMatches('kernels', wanted)) return;
  say('compiling the WebAssembly kernels');
  run(process.execPath, [script]);
  writeStamp('kernels', wanted);
}

function bin(name) {
  return join(root, 'node_modules', '.bin', name);
}

function check() {
  say('checking types and style');
  run(bin('tsc'), ['-p', 'tsconfig.json']);
  run(bin('biome'), ['check', '--error-on-warnings', '.']);
}

const [command, ...rest] = process.argv.slice(2);
requireNode();
install();
kernels();
if (command === 'build') {
  build();
} else if (command === 'check') {
  check();
} else if (command === 'test' || command === 'test:long') {
  build();
  check();
  say(command === 'test' ? 'running the tests' : 'running the tests, the long ones too');
  run(bin('vitest'), ['run', ...rest], command === 'test:long' ? { AMPERE_TEST_LONG: '1' } : {});
} else {
  fail(`unknown command ${command}; there are build, check, test and test:long`);
}
