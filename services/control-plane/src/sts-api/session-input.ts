// What calls that open a session share: its name, how long it lasts, the policies and tags it comes with.

import type { QueryParameters, XmlObject } from '@ampere/aws-query';
import {
  type AttachedPolicy,
  authorise,
  POLICY_SIZE_MAX,
  PolicyError,
  type Principal,
  parsePolicy,
  policySizeCharacters,
} from '@ampere/iam';
import { dateOf } from '../iam-api/common.ts';
import type { Entity } from '../identity/entity.ts';
import type { Identity } from '../identity/identity.ts';
import type { Session, SessionContent } from '../identity/session-store.ts';
import { required, type Tags, text } from '../query-api/members.ts';
import { accessDenied, malformedPolicy, QueryError, validationError } from '../query-api/query-error.ts';

const SESSION_POLICIES_MAX = 10;
const DURATION_DEFAULT_SECONDS = 3600;
const CHAINED_SECONDS_MAX = 3600;

const SESSION_NAME = text(2, 64, /^[\w+=,.@-]*$/, '[\\w+=,.@-]*');

export const ROLE_SESSION_MEMBERS = {
  RoleArn: required(text(20, 2048)),
  RoleSessionName: required(SESSION_NAME),
  DurationSeconds: { type: 'integer', min: 900, max: 43_200 },
  Policy: text(1, 131_072, /^[\u0009\u000A\u000D\u0020-\u00FF]+$/, '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'),
  PolicyArns: { type: 'structures', max: SESSION_POLICIES_MAX },
} as const;

export const SOURCE_IDENTITY = SESSION_NAME;

export interface RoleSessionInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number | undefined;
  readonly Policy: string | undefined;
  readonly PolicyArns: readonly QueryParameters[] | undefined;
}

/** The session policies of a request, checked. @throws QueryError. */
export function sessionPolicies(
  parts: Identity,
  { Policy, PolicyArns }: RoleSessionInput,
): Pick<SessionContent, 'policy' | 'policyArns'> {
  if (Policy !== undefined) {
    try {
      parsePolicy(Policy, 'session');
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      throw malformedPolicy(error.message);
    }
    if (policySizeCharacters(Policy) > POLICY_SIZE_MAX.session)
      throw new QueryError(
        'PackedPolicyTooLarge',
        `Packed policy consumes ${percentOf(policySizeCharacters(Policy))}% of allotted space, please use smaller policy.`,
      );
  }
  const policyArns = (PolicyArns ?? []).map((structure) => structure.text('arn') ?? '');
  for (const arn of policyArns)
    if (parts.principals.managed(arn) === undefined)
      throw malformedPolicy(`The session policy ${arn} does not exist.`);
  return { policy: Policy, policyArns };
}

/** How long the session lasts. @throws QueryError when that is longer than may be. */
export function durationSeconds(
  role: Entity<'role'>,
  asked: number | undefined,
  caller: Principal | undefined,
): number {
  if (asked === undefined) return DURATION_DEFAULT_SECONDS;
  if (asked > role.content.sessionSecondsMax)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  if (caller?.kind === 'assumed-role' && asked > CHAINED_SECONDS_MAX)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  return asked;
}

/** The role of an ARN of this account; undefined when there is none, which nobody is told. */
export function roleOf(parts: Identity, arn: string): Entity<'role'> | undefined {
  const named = parts.names.parse(arn);
  const role = named?.kind === 'role' ? parts.entities.find('role', named.name) : undefined;
  return role !== undefined && parts.names.arnOf(role) === arn ? role : undefined;
}

/** Whether the trust policy lets somebody do one more thing with a role, in the circumstances `keys`. */
export function requireTrust(
  parts: Identity,
  what: {
    readonly principal: Principal;
    readonly action: string;
    readonly role: Entity<'role'>;
    readonly keys: ReadonlyMap<string, readonly string[]>;
    readonly sourceIp: string;
    /** In place of the decision's own words, where AWS says less. */
    readonly refusal?: string;
  },
): void {
  const { principal, action, role, keys, sourceIp, refusal } = what;
  const nowMs = parts.clock.nowMs();
  const context = new Map<string, readonly string[]>([
    ['aws:SourceIp', [sourceIp]],
    ['aws:CurrentTime', [dateOf(nowMs)]],
    ['aws:EpochTime', [String(Math.floor(nowMs / 1000))]],
    ...[...parts.principals.tagsOf(role)].map(([key, value]) => [`aws:ResourceTag/${key}`, [value]] as const),
    ...keys,
  ]);
  const trust: AttachedPolicy = parts.principals.trustOf(role);
  const decision = authorise(principal, action, parts.names.arnOf(role), context, trust);
  if (!decision.allowed) throw accessDenied(refusal ?? decision.message);
}

/** Opens the session of a role; inside a transaction. @throws QueryError when there are too many. */
export function openRoleSession(
  parts: Identity,
  role: Entity<'role'>,
  session: SessionContent,
  seconds: number,
): XmlObject {
  const opened = requireOpened(parts.openSession(role.id, session, seconds));
  const { policy, policyArns, tags, sourceIdentity } = session;
  const packed = policySizeCharacters(
    [policy ?? '', ...policyArns, ...tags.map(([key, value]) => key + value)].join(''),
  );
  return {
    Credentials: credentialsView(opened),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${session.sessionName}`,
      Arn: parts.names.session(role.name, session.sessionName!),
    },
    ...(packed === 0 ? {} : { PackedPolicySize: percentOf(packed) }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}

export function requireOpened(session: Session | undefined): Session {
  if (session === undefined)
    throw new QueryError(
      'LimitExceeded',
      'Too many temporary credentials are in force; try again later.',
      409,
    );
  return session;
}

export function credentialsView({ accessKeyId, secret, token, expiresAtMs }: Session): XmlObject {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secret,
    SessionToken: token,
    Expiration: dateOf(expiresAtMs),
  };
}

function percentOf(characters: number): number {
  return Math.ceil((characters * 100) / POLICY_SIZE_MAX.session);
}

/** Tags of a session, of which those of the session that opens it go on when they are transitive. */
export function tagPairs(tags: Tags | undefined): [string, string][] {
  return [...(tags ?? [])];
}
