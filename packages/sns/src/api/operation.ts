import type { QueryParameters, XmlObject } from '@ampere/aws-query';
import type { Principal } from '@ampere/iam';
import { missing } from '../topics/errors.ts';
import type { Topics } from '../topics/topics.ts';

/** What an operation is carried out with. */
export interface OperationContext {
  readonly topics: Topics;
  /** Undefined when the call was not signed. */
  readonly principal: Principal | undefined;
}

/** One call of the API. */
export interface Operation {
  readonly name: string;
  /** Permission that it asks for: `sns:` and this; the operation's name when undefined. */
  readonly permission?: string;
  readonly readOnly?: boolean;
  /** Whether it may come unsigned, with the token that the request carries as its proof. */
  readonly mayBeAnonymous?: (form: QueryParameters) => boolean;
  /** What the permission is checked on; `*` when undefined. */
  readonly resources?: (form: QueryParameters, topics: Topics) => readonly string[];
  readonly conditionKeys?: (form: QueryParameters) => ReadonlyMap<string, readonly string[]>;
  /** The content of the answer's result element; undefined when it has none. Throws SnsError. */
  readonly carryOut: (form: QueryParameters, context: OperationContext) => XmlObject | undefined;
}

/** A member that must be there. Throws SnsError. */
export function required(form: QueryParameters, name: string): string {
  const value = form.text(name);
  if (value === undefined) throw missing(name);
  return value;
}

/** The ARN in a member, for authorisation: what isn't there is checked as `*`. */
export const arnIn =
  (...names: readonly string[]) =>
  (form: QueryParameters): readonly string[] => [names.map((name) => form.text(name)).find(Boolean) ?? '*'];
