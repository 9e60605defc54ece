#!/bin/bash
# CloudTrail: who called what. Every management call is on record, also those that were refused.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --alias on-record --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
aws amp delete-workspace --workspace-id "$WORKSPACE"
refused aws amp describe-workspace --workspace-id ws-0

aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateWorkspace \
  --max-results 1 --query 'Events[0].CloudTrailEvent' --output text
aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DescribeWorkspace \
  --max-results 1 --query 'Events[0].CloudTrailEvent' --output text
aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventSource,AttributeValue=aps.amazonaws.com \
  --max-results 4 --query 'length(Events)'
