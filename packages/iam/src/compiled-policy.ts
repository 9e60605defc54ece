import type { ConditionKey } from './condition-key.ts';
import type { Statement } from './statement.ts';

/**
 * What a policy is for: `identity` is attached to a user, group or role; `boundary` and `session` bound
 * one; `resource` and `trust` (a role's) name principals.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust' | 'boundary' | 'session';

export type PolicyVersion = '2008-10-17' | '2012-10-17';

/** Actions remembered for one policy; there are about 60 in the services here. */
const ACTIONS_REMEMBERED_MAX = 256;

/** A policy document, checked and ready for decisions. Holds nothing of who it is attached to. */
export class CompiledPolicy {
  readonly kind: PolicyKind;
  readonly version: PolicyVersion;
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
  /** Every key that its conditions and variables ask for, once each, as first spelled. */
  readonly contextKeys: readonly ConditionKey[];
  readonly #statementsOfAction = new Map<string, readonly Statement[]>();

  constructor(init: {
    kind: PolicyKind;
    version: PolicyVersion;
    id: string | undefined;
    statements: readonly Statement[];
  }) {
    this.kind = init.kind;
    this.version = init.version;
    this.id = init.id;
    this.statements = init.statements;
    const keys = new Map<string, ConditionKey>();
    for (const key of init.statements.flatMap((statement) => statement.contextKeys))
      if (!keys.has(key.folded)) keys.set(key.folded, key);
    this.contextKeys = [...keys.values()];
  }

  /** The statements whose Action or NotAction takes the action (in lower case). */
  statementsFor(actionFolded: string): readonly Statement[] {
    const known = this.#statementsOfAction.get(actionFolded);
    if (known !== undefined) return known;
    const statements = this.statements.filter((statement) => statement.concernsAction(actionFolded));
    if (this.#statementsOfAction.size >= ACTIONS_REMEMBERED_MAX) this.#statementsOfAction.clear();
    this.#statementsOfAction.set(actionFolded, statements);
    return statements;
  }
}
