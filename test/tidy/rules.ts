// The house rules that a program can check. Each rule takes files and gives complaints, so that the
// rules themselves are tested on samples (rules.test.ts) before they judge the tree (tidy.test.ts).
//
// 1. Imports: packages only from packages below, services from packages, one composition root; what is
//    for tests stays out of what is shipped.
// 2. Shape: length, prose heads, one public surface.
// 3. Banned calls, each with what to use instead.
// 4. Documents: links that lead somewhere, a README for each package, a line for each dependency.

import { posix } from 'node:path';
import { isShipped, isTest, type SourceFile } from './files.ts';

/** Lines that a file of code may have. */
export const LINES_MAX = 600;
/** A longer file opens with prose. */
const HEADLESS_LINES_MAX = 80;
const README_LINES_MAX = 60;
/** The package of what tests share. */
const TESTING = 'testing';

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"\n]+)['"]|import\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** What a file imports, in order. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2]!);
}

/** `packages/tsdb/src/x.ts` → `packages/tsdb`. */
function unitOf(path: string): string | undefined {
  return /^((?:packages|services)\/[^/]+)\//.exec(path)?.[1];
}

/**
 * Reads the list of allowed imports out of ARCHITECTURE.md: a fenced block marked `floors`, one line
 * a package, `name: what it may import`.
 */
export function readFloors(architecture: string): Map<string, Set<string>> {
  const block = /```floors\n([\s\S]*?)```/.exec(architecture)?.[1];
  if (block === undefined) throw new Error('ARCHITECTURE.md has no block marked `floors`');
  const floors = new Map<string, Set<string>>();
  for (const line of block.split('\n')) {
    const match = /^([a-z0-9-]+):\s*(.*)$/.exec(line.trim());
    if (match !== null) floors.set(match[1]!, new Set(match[2]!.split(/\s+/).filter((name) => name !== '')));
  }
  return floors;
}

/**
 * Imports of `@ampere/*` follow the floors; nothing reaches into another unit's files. Tests may look
 * further: into every package, and at its aids for tests where it shares them (`@ampere/x/testing`).
 */
export function checkImports(
  files: readonly SourceFile[],
  floors: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const complaints: string[] = [];
  for (const { path, text } of files) {
    const unit = unitOf(path);
    if (unit === undefined || !path.endsWith('.ts')) continue;
    const name = unit.split('/')[1]!;
    const allowed = floors.get(name);
    if (allowed === undefined) {
      complaints.push(`${path}: ${name} is missing in the floors of ARCHITECTURE.md`);
      continue;
    }
    for (const target of importsOf(text)) {
      const own = /^@ampere\/([a-z0-9-]+)(\/.*)?$/.exec(target);
      if (own !== null) {
        const sharesAids = own[2] === '/testing' && isTest(path);
        if (own[2] !== undefined && !sharesAids)
          complaints.push(`${path}: deep import ${target}; import @ampere/${own[1]}`);
        else if (!allowed.has(own[1]!) && (!isTest(path) || name === TESTING)) {
          complaints.push(`${path}: ${name} may not import ${own[1]} (floors of ARCHITECTURE.md)`);
        }
      } else if (target.startsWith('.')) {
        const reached = posix.normalize(posix.join(posix.dirname(path), target));
        if (unitOf(reached) !== unit)
          complaints.push(`${path}: ${target} leaves ${unit}; import by package name`);
        // The compiler of kernels puts the ending on by itself.
        const hasEnding = /\.(ts|json)$/.test(target) || path.includes('/assembly/');
        if (!hasEnding) complaints.push(`${path}: ${target} lacks its ending .ts`);
      }
    }
  }
  return complaints;
}

/**
 * The package for tests alone is in no shipped code and in no list of what the server needs: not allowed
 * by the floors either.
 */
export function checkTestingStaysOut(
  files: readonly SourceFile[],
  floors: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const complaints: string[] = [];
  const target = `@ampere/${TESTING}`;
  for (const [name, allowed] of floors) {
    if (allowed.has(TESTING)) complaints.push(`ARCHITECTURE.md: ${name} may not be allowed ${TESTING}`);
  }
  for (const { path, text } of files) {
    if (isShipped(path) && importsOf(text).some((name) => name === target || name.startsWith(`${target}/`)))
      complaints.push(`${path}: imports ${target}, which is for tests alone`);
    if (unitOf(path) === undefined || posix.basename(path) !== 'package.json') continue;
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    if (target in dependencies) complaints.push(`${path}: ${target} belongs to devDependencies`);
  }
  return complaints;
}

/** Real programs and shared data are found in one place, so that requiring them holds everywhere. */
export function checkRealPrograms(files: readonly SourceFile[]): string[] {
  const own =
    /\benv(\.|\[')AMPERE_(REAL_SERVERS|REQUIRE_REAL|SHARED|PROMETHEUS|PROMTOOL)\b|ampere-real-servers/;
  return files
    .filter(
      ({ path, text }) =>
        path.endsWith('.ts') && !/^(packages\/testing|test\/tidy)\//.test(path) && own.test(text),
    )
    .map(({ path }) => `${path}: looks for real programs itself; use describeWith of @ampere/${TESTING}`);
}

/** The floors have no way round: what a package may import never leads back to it. */
export function checkFloorsAcyclic(floors: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const complaints: string[] = [];
  const visit = (name: string, trail: readonly string[]) => {
    if (trail.includes(name)) {
      complaints.push(`the floors go round: ${[...trail, name].join(' → ')}`);
      return;
    }
    for (const below of floors.get(name) ?? []) visit(below, [...trail, name]);
  };
  for (const name of floors.keys()) visit(name, []);
  return complaints;
}

/** Merges that were left half done. */
export function checkMerged(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ text }) => /^(<{7}|>{7}) /m.test(text))
    .map(({ path }) => `${path}: has marks of a merge conflict`);
}

/** Long files, and files that start without saying what lives in them. */
export function checkShape(files: readonly SourceFile[]): string[] {
  const complaints: string[] = [];
  for (const { path, text } of files) {
    if (!/\.(ts|mjs)$/.test(path)) continue;
    const lines = text.split('\n').length - 1;
    if (lines > LINES_MAX)
      complaints.push(`${path}: ${lines} lines; ${LINES_MAX} are allowed: part it by idea`);
    if (lines > HEADLESS_LINES_MAX && !isTest(path) && !/^(#!.*\n)?(\/\/|\/\*\*) ?\S/.test(text)) {
      complaints.push(`${path}: ${lines} lines without a head that says what lives here`);
    }
    if (/\b(TODO|FIXME|XXX)\b/.test(text) && !path.startsWith('test/tidy/')) {
      complaints.push(`${path}: a note to do it later; do it, or write it down in the docs`);
    }
    if (!/^[a-z0-9.-]+$/.test(posix.basename(path))) complaints.push(`${path}: file names are kebab-case`);
  }
  return complaints;
}

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where it is at home. */
  readonly except: RegExp;
}

const NOWHERE = /^$/;
const BANS: readonly Ban[] = [
  { pattern: /\bDate\.now\(/, instead: 'clock.nowMs()', except: /^packages\/platform\// },
  { pattern: /\bnew Date\(\)/, instead: 'new Date(clock.nowMs())', except: /^packages\/platform\// },
  { pattern: /\bperformance\.now\(/, instead: 'clock.monotonicMs()', except: /^packages\/platform\// },
  { pattern: /\bMath\.random\(/, instead: 'the injected Random', except: /^packages\/platform\// },
  {
    pattern: /\b(randomUUID|randomBytes)\(/,
    instead: 'the injected Random',
    except: /^packages\/platform\//,
  },
  { pattern: /\bset(Timeout|Interval)\(/, instead: 'clock.after()', except: /^packages\/platform\// },
  {
    pattern: /from 'node:fs(\/promises)?'/,
    instead: 'the injected Disk',
    except: /^(packages\/platform\/|services\/ampere\/)/,
  },
  {
    pattern: /\bprocess\.env\b/,
    instead: 'an option passed in',
    except: /^services\/ampere\/src\/main\.ts$/,
  },
  {
    pattern: /\bprocess\.exit\(/,
    instead: 'an error that the composition root handles',
    except: /^services\/ampere\//,
  },
  { pattern: /\bconsole\.(log|error|warn|info)\(/, instead: 'the injected logger', except: NOWHERE },
  {
    pattern: /\bnew RegExp\((?!['"/`])/,
    instead: 'compileRegex of @ampere/series (linear time)',
    except: NOWHERE,
  },
  { pattern: /\beval\(|\bnew Function\(/, instead: 'code', except: NOWHERE },
  { pattern: /@ts-(ignore|nocheck)/, instead: 'types that are true', except: NOWHERE },
  {
    pattern: /catch\s*(\([^)]*\))?\s*\{\s*\}/,
    instead: 'handling the error, or a comment that says why it is nothing',
    except: NOWHERE,
  },
];

/** Calls that shipped code may not make, with what to use instead. */
export function checkBans(files: readonly SourceFile[]): string[] {
  const complaints: string[] = [];
  for (const { path, text } of files) {
    if (!isShipped(path)) continue;
    for (const { pattern, instead, except } of BANS) {
      if (except.test(path)) continue;
      text.split('\n').forEach((line, index) => {
        if (/^\s*(\/\/|\*|\/\*\*)/.test(line)) return;
        const found = pattern.exec(line);
        if (found !== null) complaints.push(`${path}:${index + 1}: ${found[0]} — use ${instead}`);
      });
    }
  }
  return complaints;
}

/** Relative links of documents lead to a file that is there, and to a heading in it. */
export function checkLinks(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  const complaints: string[] = [];
  const headings = new Map<string, Set<string>>();
  for (const { path, text } of files) if (path.endsWith('.md')) headings.set(path, anchorsOf(text));
  for (const { path, text } of files) {
    if (!path.endsWith('.md')) continue;
    for (const match of withoutCode(text).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
      const link = match[1]!;
      if (/^[a-z]+:/.test(link)) continue;
      const [target, anchor] = link.split('#') as [string, string | undefined];
      const reached = target === '' ? path : posix.normalize(posix.join(posix.dirname(path), target));
      if (!exists(reached)) complaints.push(`${path}: dead link ${link}`);
      else if (anchor !== undefined && headings.get(reached)?.has(anchor) === false) {
        complaints.push(`${path}: ${link} names a heading that ${reached} doesn't have`);
      }
    }
  }
  return complaints;
}

function withoutCode(markdown: string): string {
  return markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
}

/** Headings as the anchors that renderers make of them. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of markdown.replace(/```[\s\S]*?```/g, '').matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const text = match[1]!.trim().toLowerCase();
    anchors.add(text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'));
  }
  return anchors;
}

/** Each package and service has a README that can be read in a minute. */
export function checkReadmes(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  const complaints: string[] = [];
  for (const unit of new Set(files.map((file) => unitOf(file.path)).filter((name) => name !== undefined))) {
    const readme = byPath.get(`${unit}/README.md`);
    if (readme === undefined) complaints.push(`${unit}: has no README.md`);
    else if (readme.split('\n').length - 1 > README_LINES_MAX) {
      complaints.push(`${unit}/README.md: longer than ${README_LINES_MAX} lines; move details to docs/`);
    }
  }
  return complaints;
}

/** docs/DEPENDENCIES.md has a row for each package that we install, and for no other. */
export function checkDependencies(files: readonly SourceFile[]): string[] {
  const installed = new Set<string>();
  for (const { path, text } of files) {
    if (posix.basename(path) !== 'package.json') continue;
    const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    for (const group of ['dependencies', 'devDependencies']) {
      for (const name of Object.keys(manifest[group] ?? {}))
        if (!name.startsWith('@ampere/')) installed.add(name);
    }
  }
  const document = files.find((file) => file.path === 'docs/DEPENDENCIES.md')?.text ?? '';
  const listed = new Set([...document.matchAll(/^\|\s*`([^`]+)`/gm)].map((match) => match[1]!));
  return [
    ...[...installed]
      .filter((name) => !listed.has(name))
      .map((name) => `docs/DEPENDENCIES.md: no row for ${name}`),
    ...[...listed]
      .filter((name) => !installed.has(name))
      .map((name) => `docs/DEPENDENCIES.md: ${name} is not installed any more`),
  ];
}
