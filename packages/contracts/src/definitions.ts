// What whoever carries out rules and alerts is told by whoever keeps their definitions.

/** A rule groups namespace that is in force. */
export interface RulesNamespaceFile {
  readonly name: string;
  /** As it was sent: a rule file, or one in base64 once more. */
  readonly data: Uint8Array;
}

/**
 * Told what is in force: of every workspace at the start, of one after each change that is on disk. What is
 * CREATING, UPDATING or has failed isn't in force; the version before it is.
 */
export interface DefinitionListener {
  /** All of a workspace's namespaces; those that are missing are gone. */
  rulesChanged(workspaceId: string, namespaces: readonly RulesNamespaceFile[]): void;
  /** Undefined: there is none, or none any more. */
  alertManagerChanged(workspaceId: string, definition: Uint8Array | undefined): void;
}
