import { operation } from '../operation.ts';
import { detectorAnswer, detectorArn, readDetector, requireDetector } from './anomaly-detector.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Replaces all of a detector but its alias. */
export const putAnomalyDetector = operation({
  name: 'PutAnomalyDetector',
  needs: 'detectorQuery',
  resourceArn: detectorArn,
  handler({ workspaceId, anomalyDetectorId: id, ...input }, context) {
    readDetector('', input, context);
    requireSettledWorkspace(workspaceId, context);
    const { alias } = requireDetector(workspaceId, id, context).content;
    context.resources.replace('anomalydetector', id, readDetector(alias, input, context));
    return detectorAnswer(workspaceId, id, { statusCode: 'UPDATING' }, context);
  },
});
