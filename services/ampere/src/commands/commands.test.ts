// What `ampere help` and `ampere COMMAND --help` say is whole.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from './index.ts';

for (const command of COMMANDS.values()) {
  test(`the help of ${command.name}`, () => {
    expect(command.summary).toMatch(/^[a-z].{10,80}[^.]$/);
    for (const [name, { short }] of Object.entries(command.options)) {
      expect(command.help).toContain(short === undefined ? `--${name}` : `-${short}, --${name}`);
    }
    const widest = Math.max(...command.help.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(120);
  });
}

test('the help of serve has every environment variable that is read', () => {
  const source = readFileSync(new URL('../configuration/configuration.ts', import.meta.url), 'utf8');
  const names = new Set(source.match(/\bAMPERE_[A-Z_]+\b/g));
  expect(names.size).toBeGreaterThan(5);
  const { help } = COMMANDS.get('serve')!;
  const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
  expect([...names].filter((name) => !help.includes(name) || !readme.includes(name))).toEqual([]);
});
