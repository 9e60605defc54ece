import { operation } from '../operation.ts';
import { detectorArn, detectorSummary, requireDetector } from './anomaly-detector.ts';

export const describeAnomalyDetector = operation({
  name: 'DescribeAnomalyDetector',
  resourceArn: detectorArn,
  handler({ workspaceId, anomalyDetectorId }, context) {
    const detector = requireDetector(workspaceId, anomalyDetectorId, context);
    const { evaluationIntervalInSeconds, missingDataAction, configuration, labels } = detector.content;
    return {
      anomalyDetector: {
        ...detectorSummary(workspaceId, detector, context),
        evaluationIntervalInSeconds,
        ...(missingDataAction === undefined ? {} : { missingDataAction }),
        configuration,
        labels: Object.fromEntries(labels),
      },
    };
  },
});
