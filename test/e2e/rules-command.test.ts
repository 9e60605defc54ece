// `ampere rules test` as a program: promtool's verdict as an exit code, its texts, and how it is used wrongly.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ROOT } from '../tidy/files.ts';

const RULES = 'groups: [{name: g, rules: [{alert: High, expr: x > 5, for: 2m}]}]\n';
const unitTest = (alerts: string) => `rule_files: ['*.rules.yml']
tests:
- input_series: [{series: 'x{i="a"}', values: 6x10}]
  alert_rule_test: [{eval_time: 5m, alertname: High, exp_alerts: ${alerts}}]
`;

async function ampere(...args: string[]) {
  return run(process.execPath, [join(ROOT, 'dist', 'ampere.mjs'), ...args], { env: {} });
}

test('good, bad and missing files', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.rules.yml'), RULES);
  writeFileSync(join(folder, 'good.yml'), unitTest('[{exp_labels: {i: a}}]'));
  writeFileSync(join(folder, 'bad.yml'), unitTest('[]'));
  const good = await ampere('rules', 'test', join(folder, 'good.yml'));
  expect([good.code, good.stdout, good.stderr]).toEqual([0, '  SUCCESS\n\n', '']);
  const bad = await ampere('rules', 'test', join(folder, 'bad.yml'));
  expect(bad.code).toBe(1);
  expect(bad.stderr).toContain('  FAILED:\n    alertname: High, time: 5m, \n        exp:[], \n        got:[');
  const missing = await ampere('rules', 'test', join(folder, 'none.yml'));
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  expect((await ampere('rules')).stderr).toContain('usage: ampere rules test FILE');
  expect((await ampere('rules', 'test', 'a', 'b')).code).toBe(2);
});
