import { printExpr } from '@ampere/promql';
import { expect, test } from 'vitest';
import { fileChunks } from './file-chunks.ts';
import { parseRuleFile, parseRuleFileInSteps, RuleFileError } from './rule-file.ts';

const FILLING = `  # ${'x'.repeat(40_000)}\n`;
const group = (name: string, indent = '') =>
  [
    `${indent}- name: ${name}`,
    `${indent}  # a comment`,
    `${indent}  rules:`,
    `${indent}  - record: r`,
    `${indent}    expr: |`,
    `${indent}      sum(x)`,
    '',
    `${indent}      * 2`,
    `${indent}  - alert: A`,
    `${indent}    expr: "x`,
    `${indent}      > 1"`,
    `${indent}    annotations: {text: '- name: not a group'}`,
    '',
  ].join('\n');

const check = (name: string, text: string, count: number | undefined) =>
  test(name, () => expect(fileChunks(text)?.length).toBe(count));
check('a small file', `groups:\n${group('a')}`, undefined);
check('two groups', `groups:\n${FILLING}${group('a')}${group('b')}`, 2);
check('indented groups', `# head\n\ngroups:\n${FILLING}${group('a', '  ')}${group('b', '  ')}`, 2);
check('an anchor', `groups:\n${FILLING}${group('&a a')}`, undefined);
check('an alias', `groups:\n${FILLING}${group('*a')}`, undefined);
check('flow style', `groups: [\n${FILLING}{name: a}]`, undefined);
check('something behind', `groups:\n${FILLING}${group('a')}other: 1\n`, undefined);
check('another document', `groups:\n${FILLING}${group('a')}---\n`, undefined);

const shown = (text: string) =>
  parseRuleFile(text).map(({ name, rules }) => [
    name,
    ...rules.map((rule) => [rule.name, printExpr(rule.expr)]),
  ]);

test('a file in chunks is the same file', () => {
  const names = Array.from({ length: 20 }, (_, i) => `g${i}`);
  const bodies = names.map((name) => group(name)).join('');
  expect(fileChunks(`groups:\n${FILLING}${bodies}`)).toHaveLength(20);
  expect(shown(`groups:\n${FILLING}${bodies}`)).toEqual(shown(`groups:\n${bodies}`));
});

test('what is wrong is said with its place in the file', () => {
  const problems = (text: string) => {
    try {
      parseRuleFile(text);
    } catch (error) {
      if (error instanceof RuleFileError) return error.problems;
    }
    return [];
  };
  const bad = group('b').replace('sum(x)', 'sum(');
  const small = problems(`groups:\n  # short\n${group('a')}${bad}${group('a')}`);
  expect(problems(`groups:\n${FILLING}${group('a')}${bad}${group('a')}`)).toEqual(small);
  expect(small).toHaveLength(2);
  const unknown = group('b').replace('record: r', 'recoord: r');
  expect(problems(`groups:\n${FILLING}${group('a')}${unknown}`)).toEqual(
    problems(`groups:\n  # short\n${group('a')}${unknown}`),
  );
});

test('no step is more than a group', () => {
  const count = 50;
  const bodies = Array.from({ length: count }, (_, i) => group(`g${i}`)).join('');
  let steps = 0;
  for (const _ of parseRuleFileInSteps(`groups:\n${FILLING}${bodies}`)) steps++;
  expect(steps).toBeGreaterThanOrEqual(3 * count);
});
