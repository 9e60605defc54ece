// What IAM keeps: users, groups, roles, managed policies, OpenID Connect providers.

export type EntityKind = 'user' | 'group' | 'role' | 'policy' | 'oidc-provider';

export interface RoleContent {
  /** Who may assume it, as it was given. */
  readonly trust: string;
  readonly description: string | undefined;
  readonly sessionSecondsMax: number;
  /** Of a service-linked role: the service, which alone may change it. */
  readonly serviceName: string | undefined;
}

export interface PolicyContent {
  readonly description: string | undefined;
  /** Numbers of versions count from 1 and are not used twice. */
  readonly defaultVersion: number;
  readonly lastVersion: number;
  readonly updatedAtMs: number;
}

/** Its name is the issuer's URL without scheme. */
export interface ProviderContent {
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  /** With its scheme: plain http is taken where the configuration allows it. */
  readonly url: string;
}

export interface EntityContents {
  readonly user: object;
  readonly group: object;
  readonly role: RoleContent;
  readonly policy: PolicyContent;
  readonly 'oidc-provider': ProviderContent;
}

export interface Entity<K extends EntityKind = EntityKind> {
  /** `AIDA…` and so on; never given twice, while a name may be. */
  readonly id: string;
  readonly kind: K;
  readonly name: string;
  /** `/` or `/a/b/`. */
  readonly path: string;
  /** The managed policy that bounds a user or role. */
  readonly boundaryArn: string | undefined;
  readonly createdAtMs: number;
  readonly content: EntityContents[K];
}

/** A kind of entity that policies are attached to. */
export type OwnerKind = 'user' | 'group' | 'role';
