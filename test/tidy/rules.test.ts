import { expect, test } from 'vitest';
import * as rules from './rules.ts';

const file = (path: string, text: string) => ({ path, text });
const floors = rules.readFloors('```floors\nplatform:\ntesting:\ntsdb: platform\nengine: tsdb platform\n```');

const imports = (name: string, path: string, text: string, complaint: string | undefined) =>
  test(`imports: ${name}`, () => {
    const complaints = rules.checkImports([file(path, text)], floors);
    expect(complaints).toEqual(complaint === undefined ? [] : [expect.stringContaining(complaint)]);
  });

imports('a package below', 'packages/tsdb/src/a.ts', "import { a } from '@ampere/platform';", undefined);
imports(
  'a package above',
  'packages/platform/src/a.ts',
  "import { a } from '@ampere/tsdb';",
  'may not import tsdb',
);
imports(
  'a deep path',
  'packages/tsdb/src/a.ts',
  "import { a } from '@ampere/platform/src/b.ts';",
  'deep import',
);
imports(
  'a way out',
  'packages/tsdb/src/a.ts',
  "import { a } from '../../platform/src/b.ts';",
  'leaves packages/tsdb',
);
imports('no ending', 'packages/tsdb/src/a.ts', "import { a } from './b';", 'lacks its ending');
imports(
  're-export',
  'packages/platform/src/a.ts',
  "export { a } from '@ampere/tsdb';",
  'may not import tsdb',
);
imports('dynamic', 'packages/platform/src/a.ts', "await import('@ampere/tsdb');", 'may not import tsdb');
imports(
  'many lines',
  'packages/platform/src/a.ts',
  "import {\n  a,\n  b,\n} from '@ampere/tsdb';",
  'may not import',
);
imports('unknown unit', 'packages/new/src/a.ts', '', 'is missing in the floors');
imports('a test, a package above', 'packages/tsdb/src/a.test.ts', "import '@ampere/engine';", undefined);
imports(
  "a test, a package's aids",
  'packages/tsdb/src/a.test.ts',
  "import '@ampere/engine/testing';",
  undefined,
);
imports(
  "shipped, a package's aids",
  'packages/tsdb/src/a.ts',
  "import '@ampere/platform/testing';",
  'deep import',
);
imports(
  'a test, a deep path',
  'packages/tsdb/src/a.test.ts',
  "import '@ampere/engine/src/a.ts';",
  'deep import',
);
imports('the testing package', 'packages/testing/src/a.ts', "import '@ampere/tsdb';", 'may not import tsdb');

const staysOut = (name: string, path: string, text: string, complaint: string | undefined) =>
  test(`testing stays out: ${name}`, () => {
    const complaints = rules.checkTestingStaysOut([file(path, text)], floors);
    expect(complaints).toEqual(complaint === undefined ? [] : [expect.stringContaining(complaint)]);
  });

staysOut('a test', 'packages/tsdb/src/a.test.ts', "import { run } from '@ampere/testing';", undefined);
staysOut('an aid of tests', 'services/engine/src/testing/a.ts', "import '@ampere/testing';", undefined);
staysOut('shipped', 'packages/tsdb/src/a.ts', "import { run } from '@ampere/testing';", 'for tests alone');
staysOut(
  'shipped, dynamic',
  'services/engine/src/a.ts',
  "await import('@ampere/testing');",
  'for tests alone',
);
staysOut(
  'needed',
  'packages/tsdb/package.json',
  '{"dependencies":{"@ampere/testing":"1"}}',
  'devDependencies',
);
staysOut(
  'for development',
  'packages/tsdb/package.json',
  '{"devDependencies":{"@ampere/testing":"1"}}',
  undefined,
);
test('testing stays out: of the floors', () => {
  const allowed = rules.readFloors('```floors\ntesting:\ntsdb: testing\n```');
  expect(rules.checkTestingStaysOut([], allowed)).toHaveLength(1);
});

test('imports: a ring in the floors is found', () => {
  expect(
    rules.checkFloorsAcyclic(
      new Map([
        ['a', new Set(['b'])],
        ['b', new Set(['a'])],
      ]),
    ),
  ).not.toEqual([]);
  expect(rules.checkFloorsAcyclic(floors)).toEqual([]);
});

test('real programs: found in one place', () => {
  const text = "const folder = process.env['AMPERE_REAL_SERVERS'];";
  expect(rules.checkRealPrograms([file('packages/tsdb/src/a.test.ts', text)])).toHaveLength(1);
  expect(rules.checkRealPrograms([file('packages/testing/src/a.ts', text)])).toEqual([]);
  expect(rules.checkRealPrograms([file('packages/tsdb/src/a.test.ts', '// AMPERE_SHARED')])).toEqual([]);
});

const shape = (name: string, path: string, text: string, complaint: string | undefined) =>
  test(`shape: ${name}`, () => {
    const complaints = rules.checkShape([file(path, text)]);
    expect(complaints).toEqual(complaint === undefined ? [] : [expect.stringContaining(complaint)]);
  });

test('a merge that is not done', () => {
  const marked = `a\n${'<'.repeat(7)} HEAD\nb\n`;
  expect(rules.checkMerged([file('README.md', marked), file('a.md', '<<<<<<<x')])).toEqual([
    'README.md: has marks of a merge conflict',
  ]);
});

shape('short without a head', 'packages/a/src/a.ts', 'x;\n'.repeat(80), undefined);
shape('long without a head', 'packages/a/src/a.ts', 'x;\n'.repeat(81), 'without a head');
shape('long with a head', 'packages/a/src/a.ts', `// What lives here.\n${'x;\n'.repeat(81)}`, undefined);
shape('too long', 'packages/a/src/a.ts', `// What lives here.\n${'x;\n'.repeat(600)}`, '601 lines');
shape('a test needs no head', 'packages/a/src/a.test.ts', 'x;\n'.repeat(81), undefined);
shape('to do', 'packages/a/src/a.ts', '// TODO: more\n', 'do it later');
shape('file name', 'packages/a/src/myFile.ts', '', 'kebab-case');

const bans = (name: string, path: string, text: string, instead: string | undefined) =>
  test(`bans: ${name}`, () => {
    const complaints = rules.checkBans([file(path, text)]);
    expect(complaints).toEqual(instead === undefined ? [] : [expect.stringContaining(instead)]);
  });

bans('the time', 'packages/a/src/a.ts', 'const t = Date.now();', 'clock.nowMs()');
bans('the time in its home', 'packages/platform/src/clock.ts', 'return Date.now();', undefined);
bans('the time in a comment', 'packages/a/src/a.ts', '// Date.now() is banned', undefined);
bans('the time in a test', 'packages/a/src/a.test.ts', 'Date.now();', undefined);
bans('the disk', 'services/engine/src/a.ts', "import { readFile } from 'node:fs/promises';", 'Disk');
bans('a built regex', 'packages/a/src/a.ts', 'new RegExp(user)', 'compileRegex');
bans('an error that vanishes', 'packages/a/src/a.ts', 'try { f(); } catch {}', 'handling the error');
bans('the environment', 'services/engine/src/a.ts', 'process.env.X', 'option');

const links = (name: string, text: string, complaint: string | undefined) =>
  test(`links: ${name}`, () => {
    const files = [file('docs/a.md', text), file('docs/b.md', '# One `two` three\n')];
    const complaints = rules.checkLinks(files, (path) => files.some((other) => other.path === path));
    expect(complaints).toEqual(complaint === undefined ? [] : [expect.stringContaining(complaint)]);
  });

links('alive', '[b](b.md)', undefined);
links('dead', '[c](c.md)', 'dead link');
links('a heading', '[b](b.md#one-two-three)', undefined);
links('no such heading', '[b](b.md#four)', 'names a heading');
links('a web address', '[w](https://example.com)', undefined);
links('in code', '`[c](c.md)`', undefined);

test('readmes: missing and long ones', () => {
  const source = file('packages/a/src/a.ts', '');
  expect(rules.checkReadmes([source])).toHaveLength(1);
  expect(rules.checkReadmes([source, file('packages/a/README.md', 'x\n'.repeat(61))])).toHaveLength(1);
  expect(rules.checkReadmes([source, file('packages/a/README.md', 'x\n')])).toEqual([]);
});

test('dependencies: both directions', () => {
  const manifest = file('package.json', '{"dependencies":{"express":"5","@ampere/a":"workspace:*"}}');
  expect(rules.checkDependencies([manifest])).toEqual(['docs/DEPENDENCIES.md: no row for express']);
  const listed = file('docs/DEPENDENCIES.md', '| `express` | x |\n| `left-pad` | y |\n');
  expect(rules.checkDependencies([manifest, listed])).toEqual([
    'docs/DEPENDENCIES.md: left-pad is not installed any more',
  ]);
});
