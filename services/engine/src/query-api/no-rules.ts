import type { RuleSource } from './tenant.ts';

/** A workspace without rules. */
export const NO_RULES: RuleSource = {
  groups: [],
  faults: new Map(),
  explain: () => {
    throw new Error('BUG: a rule is to be explained where there are none');
  },
};
