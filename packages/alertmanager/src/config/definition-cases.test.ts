// Each definition of the shared cases: amtool's verdict and words for the configuration inside and the
// template files it names, and what the service answers.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERTMANAGER_FUNCTIONS, parseTemplates, TemplateParseError } from '@ampere/go-template';
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

function checkTemplate(name: string, source: string): void {
  parseTemplates([{ name, text: source }], { functions: ALERTMANAGER_FUNCTIONS });
}

const outer = struct('outer', { alertmanager_config: text, template_files: textMap() }, (fields) => fields);

/** amtool's complaint about the configuration or its templates, or null. */
function toolVerdict(source: string): string | null {
  const document = readYaml(source, outer)!;
  try {
    const config = parseConfig(document.alertmanager_config!);
    for (const name of config.templates) {
      const file = document.template_files?.get(name);
      if (file !== undefined) checkTemplate(name, file);
    }
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof TemplateParseError)) throw error;
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
      const verdict = toolVerdict(source);
      if (toolOk) {
        expect(verdict).toBeNull();
        return;
      }
      const complaint = / {2}FAILED: ([\s\S]*?)\n\namtool/.exec(output)![1]!;
      // How a parser describes broken YAML, and where it gives up, is its own affair.
      if (/^yaml: line \d+:/.test(complaint)) expect(verdict).toMatch(/^yaml: line \d+: /);
      else expect(verdict).toBe(complaint);
    });
  }
});
