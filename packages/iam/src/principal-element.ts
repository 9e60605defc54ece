// The Principal and NotPrincipal elements of resource and trust policies.
//
// How closely a principal is named matters within one account (IAM user guide, "Policy evaluation
// logic"):
//
// - DIRECT: the user, the session, the service or everybody. What is allowed needs nothing else.
// - ROLE: the role of the session. Permissions boundary and session policies still bound the session.
// - ACCOUNT: the whole account. That leaves it to the account, so an identity policy must allow it too.

import { isObject, type JsonValue } from './json-document.ts';
import { PolicyError, syntaxError } from './policy-error.ts';
import { type Principal, roleArnOf } from './principal.ts';

export const NAMED_NOT = 0;
export const NAMED_ACCOUNT = 1;
export const NAMED_ROLE = 2;
export const NAMED_DIRECT = 3;
/** How closely a policy names a principal; more is closer. */
export type Naming = typeof NAMED_NOT | typeof NAMED_ACCOUNT | typeof NAMED_ROLE | typeof NAMED_DIRECT;

const ACCOUNT = /^(?:arn:aws(?:-[a-z]+)*:iam::)?([0-9]{12})(?::root)?$/;
const IDENTITY =
  /^arn:aws(?:-[a-z]+)*:(?:iam::[0-9]{12}:(?:user|role)\/|sts::[0-9]{12}:(?:assumed-role\/[^/]+\/|federated-user\/))[^*?]+$/;
const FEDERATED =
  /^(?:arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:oidc-provider|saml-provider)\/[^*?]+|[a-z0-9][a-z0-9.-]*\.[a-z]+)$/;
const SERVICE = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/;

export class PrincipalElement {
  readonly #negated: boolean;
  readonly #everybody: boolean;
  readonly #everyAws: boolean;
  readonly #accounts: ReadonlySet<string>;
  readonly #identities: ReadonlySet<string>;
  readonly #services: ReadonlySet<string>;
  readonly #providers: ReadonlySet<string>;

  /**
   * @param negated for NotPrincipal
   * @throws PolicyError for what can't be a principal
   */
  constructor(value: JsonValue, negated: boolean) {
    const named = value === '*' ? new Map<string, readonly string[]>([['*', []]]) : namesByType(value);
    const aws = named.get('AWS') ?? [];
    const accounts = aws.map((name) => ACCOUNT.exec(name)?.[1]).filter((id) => id !== undefined);
    const identities = aws.filter((name) => name !== '*' && !ACCOUNT.test(name));
    for (const name of identities) if (!IDENTITY.test(name)) throw invalidPrincipal('AWS', name);
    this.#negated = negated;
    this.#everybody = named.has('*');
    this.#everyAws = aws.includes('*');
    this.#accounts = new Set(accounts);
    this.#identities = new Set(identities);
    this.#services = new Set(checked(named, 'Service', SERVICE));
    this.#providers = new Set(checked(named, 'Federated', FEDERATED));
  }

  /**
   * How closely a statement with this element applies to the principal.
   *
   * NotPrincipal leaves out who is named. In a Deny only a direct name does: to name the account or
   * the role leaves out neither the users of the one nor the sessions of the other.
   */
  naming(principal: Principal, effect: 'Allow' | 'Deny'): Naming {
    const naming = this.#positive(principal);
    if (!this.#negated) return naming;
    return naming >= (effect === 'Deny' ? NAMED_DIRECT : NAMED_ACCOUNT) ? NAMED_NOT : NAMED_DIRECT;
  }

  #positive(principal: Principal): Naming {
    if (this.#everybody) return NAMED_DIRECT;
    if (principal.kind === 'service') return this.#services.has(principal.arn) ? NAMED_DIRECT : NAMED_NOT;
    if (principal.kind === 'web-identity') return this.#namesProvider(principal.arn);
    if (this.#everyAws || this.#identities.has(principal.arn)) return NAMED_DIRECT;
    const roleArn = this.#identities.size > 0 ? roleArnOf(principal) : undefined;
    if (roleArn !== undefined && this.#identities.has(roleArn)) return NAMED_ROLE;
    if (!this.#accounts.has(principal.accountId)) return NAMED_NOT;
    return principal.kind === 'root' ? NAMED_DIRECT : NAMED_ACCOUNT;
  }

  /** A provider is named by its ARN, or, as with the public ones, by its host. */
  #namesProvider(arn: string): Naming {
    if (this.#providers.has(arn)) return NAMED_DIRECT;
    const mark = arn.indexOf(':oidc-provider/');
    const host = mark === -1 ? arn : arn.slice(mark + ':oidc-provider/'.length);
    return this.#providers.has(host) ? NAMED_DIRECT : NAMED_NOT;
  }
}

function namesByType(value: JsonValue): Map<string, readonly string[]> {
  if (!isObject(value) || value.size === 0)
    throw syntaxError('Principal must be "*" or an object with members');
  const named = new Map<string, readonly string[]>();
  for (const [type, names] of value) {
    if (type !== 'AWS' && type !== 'Service' && type !== 'Federated' && type !== 'CanonicalUser')
      throw syntaxError(`there is no principal type ${JSON.stringify(type)}`);
    const list = Array.isArray(names) ? names : [names];
    if (list.length === 0 || !list.every((name) => typeof name === 'string'))
      throw syntaxError(`Principal: ${type} must be a string or a list of strings`);
    named.set(type, list);
  }
  return named;
}

function checked(
  named: ReadonlyMap<string, readonly string[]>,
  type: string,
  form: RegExp,
): readonly string[] {
  const names = named.get(type) ?? [];
  for (const name of names) if (!form.test(name)) throw invalidPrincipal(type, name);
  return names;
}

function invalidPrincipal(type: string, name: string): PolicyError {
  return new PolicyError(
    `Invalid principal in policy: "${type.toUpperCase()}":"${name}"`,
    `${JSON.stringify(name)} is no ${type} principal`,
  );
}
