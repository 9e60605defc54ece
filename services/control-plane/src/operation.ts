// What an operation is: one entry with its route, the shape of its input, what it is authorised on, and
// a handler. Adding one is a file in operations/ and a line in operations/index.ts.
import type { Principal } from '@ampere/iam';
import type { Limits } from '@ampere/limits';
import type { Clock, Random } from '@ampere/platform';
import type { DefinitionReaders } from './definition-readers.ts';
import type { PageTokens } from './page-tokens.ts';
import type { ResourceNames } from './resource-names.ts';
import type { RulesNamespaceStore } from './rules-namespace-store.ts';
import type { InputOf, Members } from './shape.ts';
import type { Store } from './store.ts';
import type { TagStore } from './tag-store.ts';
import type { WorkspaceLifecycle } from './workspace-lifecycle.ts';
import type { WorkspacePartStore } from './workspace-part-store.ts';
import type { WorkspaceStore } from './workspace-store.ts';

/** What handlers work with. */
export interface OperationParts {
  readonly store: Store;
  readonly workspaces: WorkspaceStore;
  readonly parts: WorkspacePartStore;
  readonly namespaces: RulesNamespaceStore;
  readonly readers: DefinitionReaders;
  readonly tags: TagStore;
  readonly lifecycle: WorkspaceLifecycle;
  readonly limits: Limits;
  readonly names: ResourceNames;
  readonly pages: PageTokens;
  readonly clock: Clock;
  readonly random: Random;
  /** Where clients reach this service, without a slash at the end. */
  publicUrl(): string;
}

/** The parts, and what belongs to the one request. */
export interface OperationContext extends OperationParts {
  readonly principal: Principal;
  /** For example `aps:TagResource`. */
  readonly action: string;
}

export interface Operation<M extends Members> {
  /** As in the API's model; the action is `aps:` and this. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in the API's model. */
  readonly pathTemplate: string;
  readonly successStatus: 200 | 202 | 204;
  /** A reader without which the operation isn't there. */
  readonly needs?: keyof DefinitionReaders;
  readonly input: M;
  /** The ARN that the action is checked on. */
  resourceArn(path: ReadonlyMap<string, string>, names: ResourceNames): string;
  /**
   * Carries the operation out, inside a database transaction that is rolled back when it throws.
   *
   * @returns the members of the answer, or undefined for an empty body.
   * @throws ApiError for every refusal.
   */
  handler(input: InputOf<M>, context: OperationContext): object | undefined;
}

/** An operation whose members aren't known to the compiler. */
export type AnyOperation = Operation<Members>;

/** Gives an operation's handler the type of its input, and the operation the type that tables hold. */
export function operation<const M extends Members>(entry: Operation<M>): AnyOperation {
  return entry as unknown as AnyOperation;
}

/** For operations on one workspace. */
export function workspaceArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.workspace(path.get('workspaceId')!);
}
