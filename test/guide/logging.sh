#!/bin/bash
# Logs that the service vends: errors of rules and alert manager, and queries that are expensive. A log group is a
# folder of JSON lines below logs/ in the data folder; LOGS is that folder.
# Needs: amp create-query-logging-configuration
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)
group() { echo "arn:aws:logs:$AWS_DEFAULT_REGION:$ACCOUNT:log-group:/aws/vendedlogs/prometheus/$1:*"; }

# Rules and alert manager.
aws amp create-logging-configuration --workspace-id "$WORKSPACE" --log-group-arn "$(group rules)" \
  --query status.statusCode --output text
aws amp update-logging-configuration --workspace-id "$WORKSPACE" --log-group-arn "$(group alerting)" \
  --query status.statusCode --output text
aws amp describe-logging-configuration --workspace-id "$WORKSPACE" \
  --query 'loggingConfiguration.[status.statusCode,logGroupArn]' --output text
aws amp delete-logging-configuration --workspace-id "$WORKSPACE"
refused aws amp describe-logging-configuration --workspace-id "$WORKSPACE"

# Queries that processed as many samples or more.
destination() {
  echo '[{"cloudWatchLogs": {"logGroupArn": "'"$(group queries)"'"}, "filters": {"qspThreshold": '"$1"'}}]'
}
aws amp create-query-logging-configuration --workspace-id "$WORKSPACE" --destinations "$(destination 1000)" \
  --query status.statusCode --output text
aws amp update-query-logging-configuration --workspace-id "$WORKSPACE" --destinations "$(destination 0)" \
  --query status.statusCode --output text
aws amp describe-query-logging-configuration --workspace-id "$WORKSPACE" \
  --query 'queryLoggingConfiguration.destinations[0].filters.qspThreshold' --output text
signed "${ENDPOINT}api/v1/query" --data-urlencode 'query=count(some_metric)' && echo
for _ in $(seq 30); do
  grep -rq some_metric "$LOGS" && break
  sleep 1
done
echo "logged: $(grep -rh some_metric "$LOGS")"
aws amp delete-query-logging-configuration --workspace-id "$WORKSPACE"
aws amp delete-workspace --workspace-id "$WORKSPACE"
