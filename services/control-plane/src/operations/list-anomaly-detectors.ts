import { operation, workspaceArn } from '../operation.ts';
import { detectorSummary } from './anomaly-detector.ts';
import { readPage } from './pages.ts';
import { requireWorkspace } from './require-workspace.ts';

/** Oldest first. `alias` is a prefix. */
export const listAnomalyDetectors = operation({
  name: 'ListAnomalyDetectors',
  resourceArn: workspaceArn,
  handler({ workspaceId, alias = '', ...input }, context) {
    const list = ['ListAnomalyDetectors', workspaceId, alias];
    const { page, more } = readPage(list, input, context, (after, limit) => {
      requireWorkspace(workspaceId, context);
      return context.resources
        .all('anomalydetector', workspaceId)
        .filter(({ position, content }) => position > after && content.alias.startsWith(alias))
        .slice(0, limit);
    });
    return {
      anomalyDetectors: page.map((detector) => detectorSummary(workspaceId, detector, context)),
      ...more,
    };
  },
});
