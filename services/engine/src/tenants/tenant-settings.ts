import type { LabelSetLimit, WorkspaceSettings } from '@ampere/contracts';
import type { Limits, WorkspaceLimits } from '@ampere/limits';

/** The limits of workspaces, with what their owners set over them. */
export class TenantSettings {
  readonly #limits: Pick<Limits, 'forWorkspace'>;
  readonly #settings = new Map<string, WorkspaceSettings>();
  /** What `forWorkspace` made, with what it was made of. */
  readonly #made = new Map<string, { readonly from: WorkspaceLimits; readonly limits: WorkspaceLimits }>();

  constructor(limits: Pick<Limits, 'forWorkspace'>) {
    this.#limits = limits;
  }

  set(workspaceId: string, settings: WorkspaceSettings): void {
    this.#settings.set(workspaceId, settings);
    this.#made.delete(workspaceId);
  }

  remove(workspaceId: string): void {
    this.#settings.delete(workspaceId);
    this.#made.delete(workspaceId);
  }

  /** The same object for every call until something of it changes. */
  forWorkspace(workspaceId: string): WorkspaceLimits {
    const from = this.#limits.forWorkspace(workspaceId);
    const settings = this.#settings.get(workspaceId);
    if (settings === undefined) return from;
    let made = this.#made.get(workspaceId);
    if (made?.from !== from) {
      made = { from, limits: { ...from, retentionMs: settings.retentionMs } };
      this.#made.set(workspaceId, made);
    }
    return made.limits;
  }

  labelSetsOf(workspaceId: string): readonly LabelSetLimit[] {
    return this.#settings.get(workspaceId)?.limitsPerLabelSet ?? [];
  }
}
