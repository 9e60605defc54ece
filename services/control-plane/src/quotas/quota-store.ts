// Limits that were changed while the server ran, and the requests that changed them.
//
// An adjustment goes over the configuration until it is taken back; one for a workspace goes with it. The
// newest requests are kept, for who asks what was changed when.

import type { LimitAdjustment, LimitKey, Rate } from '@ampere/limits';
import { assert, type Clock } from '@ampere/platform';
import type { Statement } from 'better-sqlite3';
import type { Store } from '../store.ts';

const REQUESTS_KEPT = 10_000;

export interface QuotaRequest {
  readonly position: number;
  readonly id: string;
  readonly quotaCode: string;
  readonly workspaceId: string | undefined;
  readonly desiredValue: number;
  readonly requesterArn: string;
  readonly createdAtMs: number;
}

interface AdjustmentRow {
  key: string;
  workspace_id: string;
  value: string;
}

interface RequestRow {
  position: number;
  id: string;
  quota_code: string;
  workspace_id: string;
  desired_value: number;
  requester_arn: string;
  created_at_ms: number;
}

/** Stands for "no workspace": a column of a primary key can't be NULL. */
const ALL = '';

export class QuotaStore {
  readonly #clock: Clock;
  readonly #adjustments: Statement<[], AdjustmentRow>;
  readonly #put: Statement<[string, string, string], never>;
  readonly #remove: Statement<[string, string], never>;
  readonly #removeOrphans: Statement<[], never>;
  readonly #addRequest: Statement<[string, string, string, number, string, number], never>;
  readonly #trim: Statement<[number], never>;
  readonly #request: Statement<[string], RequestRow>;
  readonly #requests: Statement<[number, string, string, number], RequestRow>;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    // Those of workspaces that are gone stay behind: the empty id, for all, keeps a foreign key from being had.
    this.#adjustments = store.prepare(
      `SELECT key, workspace_id, value FROM quota_adjustments WHERE workspace_id = '${ALL}'
       OR workspace_id IN (SELECT workspace_id FROM workspaces)`,
    );
    this.#put = store.prepare(
      'INSERT INTO quota_adjustments VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    this.#remove = store.prepare('DELETE FROM quota_adjustments WHERE key = ? AND workspace_id = ?');
    this.#removeOrphans = store.prepare(
      `DELETE FROM quota_adjustments WHERE workspace_id <> '${ALL}'
       AND workspace_id NOT IN (SELECT workspace_id FROM workspaces)`,
    );
    this.#addRequest = store.prepare(
      `INSERT INTO quota_requests (id, quota_code, workspace_id, desired_value, requester_arn, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#trim = store.prepare(
      'DELETE FROM quota_requests WHERE position <= (SELECT max(position) FROM quota_requests) - ?',
    );
    this.#request = store.prepare('SELECT * FROM quota_requests WHERE id = ?');
    this.#requests = store.prepare(
      `SELECT * FROM quota_requests WHERE position > ? AND (? = '' OR quota_code = ?) ORDER BY position LIMIT ?`,
    );
  }

  /** Forgets those of workspaces that are gone. Inside a transaction. */
  removeOrphans(): void {
    this.#removeOrphans.run();
  }

  /** Those of all workspaces, of the account, and of workspaces that are there. */
  adjustments(): LimitAdjustment[] {
    return this.#adjustments.all().map(({ key, workspace_id, value }) => ({
      key: key as LimitKey,
      workspaceId: workspace_id === ALL ? undefined : workspace_id,
      value: JSON.parse(value) as number | Rate,
    }));
  }

  /** Inside a transaction. */
  adjust({ key, workspaceId, value }: LimitAdjustment): void {
    this.#put.run(key, workspaceId ?? ALL, JSON.stringify(value));
  }

  /** Inside a transaction. */
  reset(key: LimitKey, workspaceId: string | undefined): void {
    this.#remove.run(key, workspaceId ?? ALL);
  }

  /** Inside a transaction. */
  note(request: Omit<QuotaRequest, 'position' | 'createdAtMs'>): QuotaRequest {
    const { id, quotaCode, workspaceId, desiredValue, requesterArn } = request;
    const nowMs = Math.round(this.#clock.nowMs());
    this.#addRequest.run(id, quotaCode, workspaceId ?? ALL, desiredValue, requesterArn, nowMs);
    this.#trim.run(REQUESTS_KEPT);
    const noted = this.request(id);
    assert(noted !== undefined, 'a quota request is not there after it was noted');
    return noted;
  }

  request(id: string): QuotaRequest | undefined {
    const row = this.#request.get(id);
    return row && requestOf(row);
  }

  /** Of one quota, or of all when the code is empty; those after a position. */
  requestsAfter(position: number, quotaCode: string, limit: number): QuotaRequest[] {
    return this.#requests.all(position, quotaCode, quotaCode, limit).map(requestOf);
  }
}

function requestOf(row: RequestRow): QuotaRequest {
  return {
    position: row.position,
    id: row.id,
    quotaCode: row.quota_code,
    workspaceId: row.workspace_id === ALL ? undefined : row.workspace_id,
    desiredValue: row.desired_value,
    requesterArn: row.requester_arn,
    createdAtMs: row.created_at_ms,
  };
}
