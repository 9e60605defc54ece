// The account that everything belongs to, and the access key of its root principal.
//
// 1. What the configuration gives is used. Its account id is also kept, so that ARNs stay what they are
//    when the setting is taken out later; its key is not kept.
// 2. What it doesn't give is read from the database, or made there at the first start.
//
// The secret has to be kept as it is, because verifying a signature needs it; the database file is
// readable by its owner alone.
import type { CredentialStore, Credentials } from '@ampere/contracts';
import { rootPrincipal } from '@ampere/iam';
import type { Random } from '@ampere/platform';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

/** What the configuration may say of the account. */
export interface AccountOptions {
  /** 12 digits. */
  readonly accountId?: string | undefined;
  /** Together with `secretAccessKey`, or neither. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
}

export interface Account {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A bad account setting; the text names the key and what is allowed, never a secret. */
export class AccountError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AccountError';
  }
}

/**
 * The account, complete: given, kept from an earlier start, or made now.
 *
 * @throws AccountError when a given value isn't allowed.
 */
export function ensureAccount(
  store: Store,
  settings: Settings,
  given: AccountOptions,
  random: Random,
): Account {
  checkGiven(given);
  return store.transaction(() => {
    if (given.accountId !== undefined) settings.put('account_id', given.accountId);
    const accountId = settings.ensure('account_id', () => makeAccountId(random));
    if (given.accessKeyId !== undefined && given.secretAccessKey !== undefined) {
      return { accountId, accessKeyId: given.accessKeyId, secretAccessKey: given.secretAccessKey };
    }
    const accessKeyId = settings.ensure('root_access_key_id', () => makeAccessKeyId(random));
    const secretAccessKey = settings.ensure('root_secret_access_key', () => makeSecretAccessKey(random));
    return { accountId, accessKeyId, secretAccessKey };
  });
}

/** The credentials of an account: its root key. */
export class RootCredentials implements CredentialStore {
  readonly #credentials: Credentials;

  constructor(account: Account) {
    this.#credentials = {
      accessKeyId: account.accessKeyId,
      secretAccessKey: account.secretAccessKey,
      principal: rootPrincipal(account.accountId),
    };
  }

  find(accessKeyId: string): Credentials | undefined {
    return accessKeyId === this.#credentials.accessKeyId ? this.#credentials : undefined;
  }
}

function checkGiven(given: AccountOptions): void {
  const { accountId, accessKeyId, secretAccessKey } = given;
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw new AccountError(`account_id: ${JSON.stringify(accountId)} is not allowed; it must be 12 digits`);
  }
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new AccountError(
      'root.access_key_id and root.secret_access_key must be given together or not at all',
    );
  }
  if (accessKeyId !== undefined && !/^\w{1,128}$/.test(accessKeyId)) {
    throw new AccountError(
      `root.access_key_id: ${JSON.stringify(accessKeyId)} is not allowed; it must be 1 to 128 letters, digits or underscores`,
    );
  }
  if (secretAccessKey !== undefined && !/^[!-~]{1,128}$/.test(secretAccessKey)) {
    throw new AccountError(
      'root.secret_access_key: it must be 1 to 128 printable ASCII characters without blanks',
    );
  }
}

/** The first digit isn't 0, so that no tool that takes it for a number drops digits. */
function makeAccountId(random: Random): string {
  return String(1 + random.integer(9)) + Array.from({ length: 11 }, () => random.integer(10)).join('');
}

function makeAccessKeyId(random: Random): string {
  const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `AKIA${Array.from({ length: 16 }, () => base32[random.integer(32)]).join('')}`;
}

/** 240 random bits in 40 characters of base64. */
function makeSecretAccessKey(random: Random): string {
  return Buffer.from(random.bytes(30)).toString('base64');
}
