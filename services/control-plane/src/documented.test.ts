// The table of docs/aws-api.md is that of the operations that are there.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DESCRIBED } from './api/description.ts';
import { TestPlane } from './testing.ts';

const TEXT = readFileSync(new URL('../../../docs/aws-api.md', import.meta.url), 'utf8');

/** Cells of the rows of the table of operations. */
const ROWS = TEXT.split('\n')
  .filter((line) => /^\| [A-Z]\w+ \|/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const readers = {
  ruleFile: () => ({ problems: [], groups: [] }),
  alertManager: () => ({ kind: 'good' }) as const,
  scrapeConfiguration: () => ({ kind: 'good' }) as const,
  detectorQuery: () => undefined,
};

test('each operation of the API has its row', () => {
  expect(ROWS.map(([name]) => name).sort()).toEqual(Object.keys(DESCRIBED).sort());
  expect(ROWS.every((cells) => cells.length === 5)).toBe(true);
});

test('what is said to be implemented has a route, and nothing else', async () => {
  const { plane } = await TestPlane.open({ readers });
  for (const [name, implemented] of ROWS) {
    const { method, path } = DESCRIBED[name as keyof typeof DESCRIBED];
    const route = plane.route(method, path.replaceAll(/\{\w+\}/g, 'x'));
    expect([name, route.kind === 'operation' && route.match.operation === name]).toEqual([
      name,
      implemented === 'yes',
    ]);
  }
});

test('cells say what they may say', () => {
  for (const [name, implemented, validated, enforced] of ROWS) {
    expect(['yes', 'no'], name).toContain(implemented);
    expect(['yes', 'no'], name).toContain(validated);
    expect(['yes', 'no', '-'], name).toContain(enforced);
    // Only what changes something can be enforced.
    if (/^(Describe|List|Get)/.test(name!)) expect(enforced, name).toBe('-');
  }
});
