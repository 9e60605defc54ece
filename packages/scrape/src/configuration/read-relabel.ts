import { RE2JS } from 're2js';
import type { RelabelAction, RelabelRule } from '../relabel.ts';
import { Fields, quoted, ScrapeConfigurationError } from './fields.ts';

const ACTIONS: readonly string[] = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] satisfies readonly RelabelAction[];

const NEEDS_TARGET: readonly string[] = [
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
];

/** One rule of relabelling. @throws ScrapeConfigurationError */
export function readRelabelRule(value: unknown, path: string): RelabelRule {
  const fields = new Fields(value, `${path}.`);
  const action = fields.string('action', 'replace').toLowerCase();
  if (!ACTIONS.includes(action)) {
    throw new ScrapeConfigurationError(`unknown relabel action ${quoted(action)}`);
  }
  const pattern = fields.string('regex', '(.*)');
  const rule: RelabelRule = {
    sourceLabels: fields.strings('source_labels'),
    separator: fields.string('separator', ';'),
    regex: compile(pattern),
    modulus: fields.count('modulus'),
    targetLabel: fields.string('target_label', ''),
    replacement: fields.string('replacement', '$1'),
    action: action as RelabelAction,
  };
  fields.finish();
  if (action === 'hashmod' && rule.modulus === 0) {
    throw new ScrapeConfigurationError('relabel configuration for hashmod requires non-zero modulus');
  }
  if (NEEDS_TARGET.includes(action) && rule.targetLabel === '') {
    throw new ScrapeConfigurationError(
      `relabel configuration for ${action} action requires 'target_label' value`,
    );
  }
  return rule;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (error) {
    throw new ScrapeConfigurationError(
      `invalid regex ${quoted(pattern)}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
