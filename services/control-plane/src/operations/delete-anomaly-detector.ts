import { operation } from '../operation.ts';
import { detectorTagged } from '../taggable.ts';
import { detectorArn, requireDetector } from './anomaly-detector.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

export const deleteAnomalyDetector = operation({
  name: 'DeleteAnomalyDetector',
  resourceArn: detectorArn,
  handler({ workspaceId, anomalyDetectorId: id }, context) {
    requireSettledWorkspace(workspaceId, context);
    requireDetector(workspaceId, id, context);
    context.tags.removeAll(detectorTagged(workspaceId, id));
    context.resources.remove('anomalydetector', id);
    return undefined;
  },
});
