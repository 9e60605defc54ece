import type { CompiledPolicy } from './compiled-policy.ts';

/** A policy where it is attached: compiled documents are shared, names are not. */
export interface AttachedPolicy {
  /** For people: of a managed policy its name, of an inline policy that, of a resource policy as suits. */
  readonly name: string;
  /** Of a managed policy. */
  readonly arn?: string;
  /** Where it comes from when that isn't the principal itself: `group Developers`. */
  readonly source?: string;
  readonly policy: CompiledPolicy;
}

/** Everything attached to a principal that a decision needs. A change makes a new set. */
export interface PolicySet {
  /** The principal's own, inline and managed, and those of its groups; of a role session those of the role. */
  readonly identity: readonly AttachedPolicy[];
  /** When there is one, it bounds what the identity policies give. */
  readonly boundary?: AttachedPolicy;
  /**
   * Of a session made with session policies; together they bound what it gets. Undefined for one made
   * without.
   */
  readonly session?: readonly AttachedPolicy[];
}
