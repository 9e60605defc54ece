// What holds for a workspace's data: what its owner configured, over what the limits say.
import type { WorkspaceSettings } from '@ampere/contracts';
import type { Limits } from '@ampere/limits';
import type { WorkspacePartStore } from './workspace-part-store.ts';

const DAY_MS = 86_400_000;

/** The settings in force for a workspace. */
export function effectiveSettings(
  workspaceId: string,
  parts: WorkspacePartStore,
  limits: Limits,
): WorkspaceSettings {
  const content = parts.find(workspaceId, 'configuration')?.content;
  return {
    retentionMs:
      content?.retentionDays === undefined
        ? limits.forWorkspace(workspaceId).retentionMs
        : content.retentionDays * DAY_MS,
    limitsPerLabelSet: (content?.limitsPerLabelSet ?? []).map(({ labels, maxSeries = 0 }) => ({
      labelSet: new Map(labels),
      activeSeriesMax: maxSeries,
    })),
  };
}

/**
 * A retention in days as the API tells it: whole ones that are surely kept, at least one; undefined when
 * there is no end to it.
 */
export function retentionDays({ retentionMs }: WorkspaceSettings): number | undefined {
  return retentionMs === 0 ? undefined : Math.max(1, Math.floor(retentionMs / DAY_MS));
}
