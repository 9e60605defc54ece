// Each definition of the shared cases: amtool's verdict and words for the configuration inside, and what
// the service answers.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ConfigError } from '../errors.ts';
import { parseConfig } from './config.ts';
import { DEFINITION_LIMITS, DefinitionError, parseDefinition } from './definition.ts';
import { readYaml, struct, text, textMap } from './yaml-reader.ts';

interface Case {
  readonly file: string;
  readonly kind: string;
  readonly tool_ok: boolean;
  readonly tool_output: string;
  readonly expected: 'accept' | 'reject' | 'either';
}

/** Template files are parsed by the caller's check; here it knows the two that are broken. */
const BROKEN_TEMPLATES = new Map([
  ['{{ define "x" }}a', 'template: t:1: unexpected EOF'],
  ['{{ define "x" }}{{ nofunc }}{{ end }}', 'template: t:1: function "nofunc" not defined'],
]);

function checkTemplate(_name: string, source: string): void {
  const fault = BROKEN_TEMPLATES.get(source);
  if (fault !== undefined) throw new Error(fault);
}

const outer = struct('outer', { alertmanager_config: text, template_files: textMap() }, (fields) => fields);

/** amtool's complaint about the configuration, or null. */
function toolVerdict(source: string): string | null {
  try {
    const inner = readYaml(source, outer)?.alertmanager_config;
    if (!inner) return 'outer document: no alertmanager_config text';
    parseConfig(inner);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

function serviceAccepts(source: string): boolean {
  try {
    const bytes = new TextEncoder().encode(source);
    parseDefinition(bytes, {
      accountId: '123456789012',
      receivers: 'sns',
      limits: DEFINITION_LIMITS,
      checkTemplate,
    });
    return true;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return false;
  }
}

describeWith('shared definitions', ['shared'], ({ shared }) => {
  const folder = join(shared, 'conformance/definitions');
  const all = JSON.parse(readFileSync(join(folder, 'verdicts.json'), 'utf8')) as Case[];
  const cases = all.filter(({ kind }) => kind === 'definitions');

  test('there are cases', () => expect(cases.length).toBeGreaterThan(40));

  for (const { file, tool_ok: toolOk, tool_output: output, expected } of cases) {
    test(file, () => {
      const source = readFileSync(join(folder, file), 'utf8');
      if (expected !== 'either') expect(serviceAccepts(source)).toBe(expected === 'accept');
      if (output.startsWith('outer document')) return;
      const complaint = /'alertmanager.yml' {2}FAILED: ([\s\S]*?)\n\namtool/.exec(output)?.[1] ?? null;
      const verdict = toolVerdict(source);
      if (toolOk) expect(verdict).toBeNull();
      // How a parser describes broken YAML, and where it gives up, is its own affair.
      else if (/^yaml: line \d+:/.test(complaint ?? '')) expect(verdict).toMatch(/^yaml: line \d+: /);
      else expect(verdict).toBe(complaint);
    });
  }
});
