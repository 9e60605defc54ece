#!/bin/bash
# Recording and alerting rules: a rules file becomes a rule groups namespace of a workspace.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"

cat > rules.yaml <<'YAML'
groups:
  - name: test
    rules:
      - record: metric:recording_rule
        expr: avg(rate(container_cpu_usage_seconds_total[5m]))
  - name: alert-test
    rules:
      - alert: metric:alerting_rule
        expr: avg(rate(container_cpu_usage_seconds_total[5m])) > 0
        for: 2m
YAML

# The guide has the file encoded first: the CLI's version 1 then encodes it again, and that is understood.
base64 -w 0 rules.yaml > rules.base64
aws amp create-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules --data fileb://rules.base64 \
  --query status.statusCode --output text
aws amp describe-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules \
  --query ruleGroupsNamespace.status.statusCode --output text

# As it is, it is taken too; what describe gives is what was put, to the byte.
aws amp put-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules --data fileb://rules.yaml \
  --query status.statusCode --output text
aws amp describe-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules \
  --query ruleGroupsNamespace.data --output text | base64 --decode | cmp - rules.yaml && echo "same bytes"

# A file with a mistake is refused, and says where.
sed 's/avg(rate/avg((rate/' rules.yaml > mistake.yaml
refused aws amp put-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules --data fileb://mistake.yaml

aws amp list-rule-groups-namespaces --workspace-id "$WORKSPACE" \
  --query 'ruleGroupsNamespaces[].[name,status.statusCode]' --output text
aws amp list-rule-groups-namespaces --workspace-id "$WORKSPACE" --name other --query 'length(ruleGroupsNamespaces)'

# The rules as Prometheus' API tells them, and the alerts that fire.
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)
echo "rules: $(signed "${ENDPOINT}api/v1/rules")"
echo "alerts: $(signed "${ENDPOINT}api/v1/alerts")"

aws amp delete-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules
refused aws amp describe-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules
aws amp delete-workspace --workspace-id "$WORKSPACE"
