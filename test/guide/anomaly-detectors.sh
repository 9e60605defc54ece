#!/bin/bash
# Anomaly detectors: kept and checked here, not evaluated yet, as their status says.
# Needs: amp create-anomaly-detector
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
query() { echo '{"randomCutForest": {"query": "'"$1"'"}}'; }
DETECTOR=$(aws amp create-anomaly-detector --workspace-id "$WORKSPACE" --alias load --labels severity=low \
  --configuration "$(query 'sum(rate(requests_total[5m]))')" --missing-data-action skip=true \
  --query anomalyDetectorId --output text)
of=(--workspace-id "$WORKSPACE" --anomaly-detector-id "$DETECTOR")
aws amp wait anomaly-detector-active "${of[@]}"
aws amp describe-anomaly-detector "${of[@]}" \
  --query 'anomalyDetector.[alias,status.statusCode,status.statusReason]' --output text
aws amp put-anomaly-detector "${of[@]}" --evaluation-interval-in-seconds 300 \
  --configuration "$(query 'avg(load)')" --query status.statusCode --output text
refused aws amp put-anomaly-detector "${of[@]}" --configuration "$(query 'topk(3, load)')"
aws amp list-anomaly-detectors --workspace-id "$WORKSPACE" --query 'anomalyDetectors[].alias' --output text
aws amp delete-anomaly-detector "${of[@]}"
aws amp wait anomaly-detector-deleted "${of[@]}"
aws amp delete-workspace --workspace-id "$WORKSPACE"
