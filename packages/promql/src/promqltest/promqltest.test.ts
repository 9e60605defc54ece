// Runs the conformance scripts when they are at hand: `conformance/promqltest` of the shared folder
// (AMPERE_SHARED). No script may pass fewer of its cases than baseline.json says. AMPERE_WRITE_CONFORMANCE=1 writes baseline.json and docs/conformance.md anew;
// AMPERE_SHOW_FAULTS=1 prints what does not hold.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import { evaluate } from '../engine/index.ts';
import { type EvalOutcome, runScript, type TestEngine } from './run-script.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../../../..');
const baselineFile = join(here, 'baseline.json');
const writing = process.env['AMPERE_WRITE_CONFORMANCE'] === '1';

const engine: TestEngine = {
  evaluate,
  options: {
    lookbackDeltaMs: 300_000,
    subqueryStepMs: 60_000,
    delayedNameRemoval: true,
    typeAndUnitLabels: false,
  },
};

/** Cases that hold and all cases, by script. */
type Baseline = Record<string, { readonly passed: number; readonly cases: number }>;

describeWith('conformance scripts', ['shared'], ({ shared }) => {
  const folder = join(shared, 'conformance/promqltest');
  const baseline = JSON.parse(readFileSync(baselineFile, 'utf8')) as Baseline;
  const results: Baseline = {};
  const missing: string[] = [];
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.test'));

  for (const script of scripts.sort()) {
    test(script, () => {
      const outcomes = runScript(readFileSync(join(folder, script), 'utf8'), engine);
      const faults = outcomes.filter(({ fault }) => fault !== null);
      const passed = outcomes.length - faults.length;
      results[script] = { passed, cases: outcomes.length };
      for (const { line, query } of faults) missing.push(`| ${script}:${line} | \`${query}\` |`);
      if (process.env['AMPERE_SHOW_FAULTS'] === '1') show(script, faults);
      if (writing) return;
      const before = baseline[script]?.passed ?? 0;
      if (passed > before) console.log(`${script}: ${passed} cases hold, the baseline says ${before}`);
      expect(
        passed,
        `cases of ${script} that hold\n${faults.map(describeFault).join('\n')}`,
      ).toBeGreaterThanOrEqual(before);
    });
  }

  afterAll(() => {
    if (!writing) return;
    writeFileSync(baselineFile, `${JSON.stringify(results, null, 2)}\n`);
    mkdirSync(join(root, 'docs'), { recursive: true });
    const path = join(root, 'docs/conformance.md');
    // What follows is written by hand.
    const byHand = /\n# Beside Prometheus 3\.5\n.*$/s.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
    writeFileSync(path, reportOf(results, missing) + byHand);
  });
});

function describeFault({ line, query, fault }: EvalOutcome): string {
  return `  line ${line}: ${query}\n    ${fault}`;
}

function show(script: string, faults: readonly EvalOutcome[]): void {
  if (faults.length > 0) console.log(`${script}\n${faults.map(describeFault).join('\n')}`);
}

function reportOf(results: Baseline, missing: readonly string[]): string {
  const sum = (of: 'passed' | 'cases') =>
    Object.values(results).reduce((total, result) => total + result[of], 0);
  const rows = [
    ...Object.entries(results).map(
      ([script, { passed, cases }]) => [script, `${passed}`, `${cases}`] as const,
    ),
    ['all', `${sum('passed')}`, `${sum('cases')}`] as const,
  ];
  const row = (...columns: string[]) => `| ${columns.join(' | ')} |`;
  return [
    '# PromQL conformance',
    '',
    "Prometheus' own test scripts (version 3.14, a part of them), run by `packages/promql/src/promqltest`.",
    'A case is one `eval`; an instant one must also hold as a step of a range query and with `@` set. What',
    "does not hold needs the start timestamps of samples, which storage doesn't keep.",
    '',
    'Written by `AMPERE_WRITE_CONFORMANCE=1 node_modules/.bin/vitest run packages/promql/src/promqltest`.',
    '',
    row('script', 'hold', 'cases'),
    '|---|---:|---:|',
    ...rows.map((columns) => row(...columns)),
    '',
    'What does not hold, all for the same reason: a counter that began again, or a delta, is known only by the',
    'start timestamp that its samples bring, and these are not kept.',
    '',
    row('case', 'query'),
    '|---|---|',
    ...missing,
    '',
  ].join('\n');
}
