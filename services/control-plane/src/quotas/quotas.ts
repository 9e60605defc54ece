// What limits are in force: the configuration's, with what was changed at run time over them.

import { adjustLimits, LIMITS, type LimitKey, type Limits, type LimitsData, type Rate } from '@ampere/limits';
import type { Store } from '../store.ts';
import type { QuotaRequest, QuotaStore } from './quota-store.ts';
import { limitValue, type Quota } from './quota-table.ts';

export class Quotas {
  readonly #store: Store;
  readonly #quotas: QuotaStore;
  readonly #limits: Limits;
  readonly #configured: LimitsData;
  readonly #onChange: (limits: LimitsData) => void;

  /** Has `limits` hold what is in force from now on; `onChange` is told it, now and at each change. */
  constructor(parts: {
    readonly store: Store;
    readonly quotas: QuotaStore;
    readonly limits: Limits;
    readonly onChange: (limits: LimitsData) => void;
  }) {
    this.#store = parts.store;
    this.#quotas = parts.quotas;
    this.#limits = parts.limits;
    this.#configured = parts.limits.data;
    this.#onChange = parts.onChange;
    this.#store.transaction(() => this.#quotas.removeOrphans());
    if (this.#quotas.adjustments().length > 0) this.#apply();
  }

  /** What holds for a workspace, or as default of all and for the account. */
  valueOf(key: LimitKey, workspaceId: string | undefined): number | Rate {
    return valueIn(this.#limits.data, key, workspaceId);
  }

  /** What the configuration says, without the changes. */
  configuredValueOf(key: LimitKey, workspaceId: string | undefined): number | Rate {
    return valueIn(this.#configured, key, workspaceId);
  }

  /** Workspaces with a value of their own for a limit that was set at run time. */
  workspacesWithOwn(key: LimitKey): string[] {
    const own: string[] = [];
    for (const adjustment of this.#quotas.adjustments()) {
      if (adjustment.key === key && adjustment.workspaceId !== undefined) own.push(adjustment.workspaceId);
    }
    return own.sort();
  }

  /** Sets a limit, given as the number that is shown, and notes who did; undefined takes the change back. */
  set(
    quota: Quota,
    workspaceId: string | undefined,
    shown: number | undefined,
    request: { readonly id: string; readonly requesterArn: string },
  ): QuotaRequest | undefined {
    const { key, code } = quota;
    const noted = this.#store.transaction(() => {
      if (shown === undefined) {
        this.#quotas.reset(key, workspaceId);
        return undefined;
      }
      const value = limitValue(quota, shown, this.configuredValueOf(key, workspaceId));
      this.#quotas.adjust({ key, workspaceId, value });
      return this.#quotas.note({ ...request, quotaCode: code, workspaceId, desiredValue: shown });
    });
    this.#apply();
    return noted;
  }

  #apply(): void {
    this.#limits.replace(adjustLimits(this.#configured, this.#quotas.adjustments()));
    this.#onChange(this.#limits.data);
  }
}

function valueIn(limits: LimitsData, key: LimitKey, workspaceId: string | undefined): number | Rate {
  const { scope, field } = LIMITS[key];
  const values: object =
    scope === 'account' ? limits.account : (limits.workspaces.get(workspaceId ?? '') ?? limits.defaults);
  return (values as Record<string, number | Rate>)[field]!;
}
