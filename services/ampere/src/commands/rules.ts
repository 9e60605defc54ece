// `ampere rules test`: unit tests of rule files in promtool's format, for machines without promtool.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testRules } from '@ampere/rules';
import { ConfigurationError } from '../configuration/configuration.ts';
import { type Command, textOf, type Values } from './command.ts';

export const RULES: Command = {
  name: 'rules',
  summary: "test rule files with promtool's unit tests",
  help: `
ampere rules test FILE runs a unit-test file of promtool's format and prints what promtool would: nothing but
SUCCESS, or what was expected and what came. Rule files are looked for beside the test file.
`,
  options: {},
  positionals: ['test', 'FILE'],
  run: async (values) => {
    const action = argument(values, 'test');
    if (action !== 'test')
      throw new ConfigurationError(`there is no "ampere rules ${action}"; there is test`);
    const path = argument(values, 'FILE');
    const failures = testRules(read(path), (pattern) => filesOf(dirname(path), pattern));
    if (failures.length === 0) {
      process.stdout.write('  SUCCESS\n\n');
      return 0;
    }
    process.stderr.write(`  FAILED:\n${failures.join('\n')}\n\n`);
    return 1;
  },
};

function argument(values: Values, name: string): string {
  const text = textOf(values, name);
  if (text === undefined) throw new ConfigurationError('usage: ampere rules test FILE');
  return text;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError((error as Error).message);
  }
}

/** The files that a pattern names; `*`, `?` and `[…]` may stand in its last part. */
function filesOf(folder: string, pattern: string): { path: string; text: string }[] {
  const whole = pattern.startsWith('/') ? pattern : join(folder, pattern);
  const name = whole.slice(whole.lastIndexOf('/') + 1);
  if (!/[*?[]/.test(name)) return [{ path: whole, text: read(whole) }];
  const source = name
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matches = new RegExp(`^${source}$`);
  const parent = dirname(whole);
  const found = readdirSync(parent)
    .filter((entry) => matches.test(entry))
    .sort();
  if (found.length === 0) process.stderr.write(`  WARNING: no file match pattern ${pattern}\n`);
  return found.map((entry) => ({ path: join(parent, entry), text: read(join(parent, entry)) }));
}
