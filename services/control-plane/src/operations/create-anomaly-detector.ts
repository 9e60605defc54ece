import { quotaExceeded } from '../errors.ts';
import { operation, workspaceArn } from '../operation.ts';
import { detectorTagged } from '../taggable.ts';
import { makeUuid } from '../uuid.ts';
import { detectorAnswer, detectorResource, readDetector } from './anomaly-detector.ts';
import { requireSettledWorkspace } from './require-workspace.ts';

/** Ours, of one workspace. */
const DETECTORS_MAX = 100;

export const createAnomalyDetector = operation({
  name: 'CreateAnomalyDetector',
  needs: 'detectorQuery',
  resourceArn: workspaceArn,
  handler({ workspaceId, alias, tags, ...input }, context) {
    const content = readDetector(alias, input, context);
    requireSettledWorkspace(workspaceId, context);
    const id = `ad-${makeUuid(context.random)}`;
    if (context.resources.all('anomalydetector', workspaceId).length >= DETECTORS_MAX) {
      const text = 'Limit exceeded. Maximum anomaly detectors per workspace.';
      throw quotaExceeded(text, detectorResource(workspaceId, id), 'anomaly_detectors_per_workspace');
    }
    context.resources.insert('anomalydetector', workspaceId, id, content);
    context.tags.put(detectorTagged(workspaceId, id), tags ?? new Map());
    return detectorAnswer(workspaceId, id, { statusCode: 'CREATING' }, context);
  },
});
