import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@ampere/testing';

/** What a promtool 3 says of each text: the problems, none for a good one. */
export function checkWithPromtool(promtool: string, texts: readonly string[]): string[][] {
  const folder = temporaryFolder();
  const paths = texts.map((text, i) => {
    const path = join(folder, `${i}.yml`);
    writeFileSync(path, text);
    return path;
  });
  const run = spawnSync(promtool, ['check', 'rules', '--lint=none', ...paths], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error !== undefined) throw run.error;
  const all = run.stdout + run.stderr;
  return paths.map((path) => problemsOf(all, path));
}

/** A problem begins with the file's name and ends where the next line of the program's own begins. */
function problemsOf(output: string, path: string): string[] {
  const problems: string[] = [];
  let isOpen = false;
  for (const line of output.split('\n')) {
    if (line.startsWith(`${path}: `)) {
      problems.push(line.slice(path.length + 2));
      isOpen = true;
    } else if (isOpen && line !== '' && !/^(?:Checking |\/| {2}FAILED| {2}SUCCESS)/.test(line)) {
      problems[problems.length - 1] += `\n${line}`;
    } else isOpen = false;
  }
  return problems;
}
