// The clientTokens seen lately, so that a repeated call doesn't repeat its change.
//
// 1. A token counts for one principal (and so one account) and one operation.
// 2. It is kept with a hash of the call's input and the answer, in the transaction of the change itself;
//    or, when the call's validation failed, without an answer.
// 3. It is forgotten after a day, or when there are more than TOKENS_MAX newer ones.
import { createHash } from 'node:crypto';
import type { Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Store } from './store.ts';

/** Much longer than any client retries: the AWS SDKs give up within minutes, Terraform within hours. */
export const TOKEN_LIFETIME_MS = 86_400_000;

/** Bounds the table when somebody fires calls for a whole day; at a few hundred bytes each, tens of MB. */
const TOKENS_MAX = 100_000;

export interface TokenKey {
  readonly principalArn: string;
  readonly operation: string;
  readonly token: string;
}

/** The first use of a token. */
export interface PastRequest {
  readonly inputHash: Uint8Array;
  /** Body of the answer; undefined when the validation of the call failed. */
  readonly answer: Uint8Array | undefined;
}

export class RequestTokens {
  readonly #clock: Clock;
  readonly #find: Statement<[string, string, string, number], { input_hash: Buffer; answer: Buffer | null }>;
  readonly #insert: Statement<[string, string, string, Uint8Array, Uint8Array | null, number], never>;
  readonly #forgetOld: Statement<[number], never>;
  readonly #forgetMany: Statement<[number], never>;
  readonly #tokensMax: number;

  constructor(store: Store, clock: Clock, tokensMax = TOKENS_MAX) {
    this.#clock = clock;
    this.#tokensMax = tokensMax;
    this.#find = store.prepare(
      'SELECT input_hash, answer FROM request_tokens WHERE principal_arn = ? AND operation = ? AND token = ? AND created_at_ms > ?',
    );
    this.#insert = store.prepare(
      'INSERT INTO request_tokens (principal_arn, operation, token, input_hash, answer, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#forgetOld = store.prepare('DELETE FROM request_tokens WHERE created_at_ms <= ?');
    this.#forgetMany = store.prepare(
      'DELETE FROM request_tokens WHERE position <= (SELECT max(position) FROM request_tokens) - ?',
    );
  }

  find(key: TokenKey): PastRequest | undefined {
    const oldestMs = this.#nowMs() - TOKEN_LIFETIME_MS;
    const row = this.#find.get(key.principalArn, key.operation, key.token, oldestMs);
    return row === undefined ? undefined : { inputHash: row.input_hash, answer: row.answer ?? undefined };
  }

  /** Keeps the first use of a token that `find` doesn't know. Inside a transaction. */
  remember(key: TokenKey, request: PastRequest): void {
    const nowMs = this.#nowMs();
    this.#forgetOld.run(nowMs - TOKEN_LIFETIME_MS);
    const { principalArn, operation, token } = key;
    this.#insert.run(principalArn, operation, token, request.inputHash, request.answer ?? null, nowMs);
    this.#forgetMany.run(this.#tokensMax);
  }

  #nowMs(): number {
    return Math.round(this.#clock.nowMs());
  }
}

/** The same for two inputs with the same values, whatever the order of members and map keys. */
export function hashInput(input: Readonly<Record<string, unknown>>): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify(sorted(input)))
    .digest();
}

/** Arrays for everything that has keys, so that no key has a meaning of its own. */
function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return ['blob', Buffer.from(value).toString('base64')];
  if (Array.isArray(value)) return ['list', ...value.map(sorted)];
  if (typeof value !== 'object' || value === null) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return ['map', ...entries.map(([key, member]) => [key, sorted(member)])];
}
