#!/bin/bash
# A workspace's configuration: how long samples are kept, and how many series a team may have.
# Needs: amp update-workspace-configuration
set -euo pipefail

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"

aws amp describe-workspace-configuration --workspace-id "$WORKSPACE" \
  --query workspaceConfiguration.retentionPeriodInDays --output text
aws amp update-workspace-configuration --workspace-id "$WORKSPACE" --retention-period-in-days 60 \
  --limits-per-label-set '[
    {"limits": {"maxSeries": 1000}, "labelSet": {"team": "a"}},
    {"limits": {"maxSeries": 5000}, "labelSet": {}}
  ]' --query status.statusCode --output text
aws amp describe-workspace-configuration --workspace-id "$WORKSPACE" --output text --query \
  'workspaceConfiguration.[status.statusCode,retentionPeriodInDays,limitsPerLabelSet[].limits.maxSeries|join(`,`,[to_string([0]),to_string([1])])]'

aws amp delete-workspace --workspace-id "$WORKSPACE"
aws amp wait workspace-deleted --workspace-id "$WORKSPACE"
