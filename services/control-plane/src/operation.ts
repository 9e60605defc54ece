// What an operation is: its description (openapi/amp.yaml) with what it is authorised on, and a handler. Adding one is a file in operations/ and a line in operations/index.ts.

import type { WorkspaceDirectory } from '@ampere/contracts';
import type { Principal } from '@ampere/iam';
import type { Limits } from '@ampere/limits';
import type { Clock, Random } from '@ampere/platform';
import { DESCRIBED, type OperationDescription, type OperationName } from './api/description.ts';
import type { Inputs } from './api/inputs.ts';
import type { DefinitionReaders } from './definition-readers.ts';
import type { PageTokens } from './page-tokens.ts';
import type { ResourceNames } from './resource-names.ts';
import type { ResourceStore } from './resource-store.ts';
import type { RulesNamespaceStore } from './rules-namespace-store.ts';
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
  readonly resources: ResourceStore;
  readonly directory: WorkspaceDirectory;
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

/** What an operation has besides its description. */
export interface OperationEntry<N extends OperationName, R = undefined> {
  /** As in the API's model; the action is `aps:` and this. */
  readonly name: N;
  /** A reader without which the operation isn't there. */
  readonly needs?: keyof DefinitionReaders;
  /** The ARN that the action is checked on. */
  resourceArn(path: ReadonlyMap<string, string>, names: ResourceNames): string;
  /**
   * Reads what takes long, before the transaction and out of this thread. What it makes of good input is
   * `reading` in the handler's context.
   */
  read?(input: Inputs[N], context: OperationContext): Promise<R>;
  /**
   * Carries the operation out, inside a database transaction that is rolled back when it throws.
   *
   * @returns the members of the answer, or undefined for an empty body.
   * @throws ApiError for every refusal.
   */
  handler(input: Inputs[N], context: OperationContext & { readonly reading: R }): object | undefined;
}

/** An operation whose input isn't known to the compiler. */
export interface AnyOperation extends OperationEntry<OperationName, unknown>, OperationDescription {
  read?(input: never, context: OperationContext): Promise<unknown>;
  handler(input: never, context: OperationContext & { readonly reading: unknown }): object | undefined;
}

/** Adds the description, and gives the entry the type that tables hold. */
export function operation<const N extends OperationName, R = undefined>(
  entry: OperationEntry<N, R>,
): AnyOperation {
  return { ...DESCRIBED[entry.name], ...entry } as unknown as AnyOperation;
}

/** For operations on one workspace. */
export function workspaceArn(path: ReadonlyMap<string, string>, names: ResourceNames): string {
  return names.workspace(path.get('workspaceId')!);
}
