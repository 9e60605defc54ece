#!/bin/bash
# Alert manager: a topic that the workspace may publish to, a definition, an alert, a silence.
# RECEIVER_URL is where messages shall arrive: it confirms its subscription by itself, and writes to RECEIVER_FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)

# A topic, and somebody who listens.
TOPIC=$(aws sns create-topic --name alerts --query TopicArn --output text)
aws sns subscribe --topic-arn "$TOPIC" --protocol http --notification-endpoint "$RECEIVER_URL" --output text
for _ in $(seq 60); do
  aws sns get-topic-attributes --topic-arn "$TOPIC" \
    --query Attributes.SubscriptionsConfirmed --output text | grep -q 1 && echo "confirmed" && break
done

# The service may publish to it, for this workspace of this account and for nobody else: the conditions keep
# others from using the service as their deputy.
cat > topic-policy.json <<JSON
{
  "Version": "2008-10-17",
  "Statement": [
    {
      "Sid": "Allow_Publish_Alarms",
      "Effect": "Allow",
      "Principal": { "Service": "aps.amazonaws.com" },
      "Action": ["sns:Publish", "sns:GetTopicAttributes"],
      "Resource": "$TOPIC",
      "Condition": {
        "ArnEquals": { "aws:SourceArn": "arn:aws:aps:$AWS_DEFAULT_REGION:$ACCOUNT:workspace/$WORKSPACE" },
        "StringEquals": { "AWS:SourceAccount": "$ACCOUNT" }
      }
    }
  ]
}
JSON
aws sns set-topic-attributes --topic-arn "$TOPIC" --attribute-name Policy --attribute-value file://topic-policy.json

# The definition: where alerts go, and what the message says.
cat > alert-manager.yaml <<YAML
template_files:
  default_template: |
    {{ define "sns.default.subject" }}[{{ .Status | toUpper }}] {{ .GroupLabels.alertname }}{{ end }}
    {{ define "sns.default.message" }}{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}{{ end }}
alertmanager_config: |
  templates:
    - default_template
  route:
    receiver: default
    group_by: [alertname]
    group_wait: 0s
    repeat_interval: 1h
  receivers:
    - name: default
      sns_configs:
        - topic_arn: $TOPIC
          sigv4:
            region: $AWS_DEFAULT_REGION
          attributes:
            severity: '{{ .CommonLabels.severity }}'
YAML
base64 -w 0 alert-manager.yaml > alert-manager.base64
aws amp create-alert-manager-definition --workspace-id "$WORKSPACE" --data fileb://alert-manager.base64 \
  --query status.statusCode --output text
aws amp describe-alert-manager-definition --workspace-id "$WORKSPACE" \
  --query alertManagerDefinition.status.statusCode --output text
aws amp put-alert-manager-definition --workspace-id "$WORKSPACE" --data fileb://alert-manager.yaml \
  --query status.statusCode --output text
aws amp describe-alert-manager-definition --workspace-id "$WORKSPACE" \
  --query alertManagerDefinition.data --output text | base64 --decode | cmp - alert-manager.yaml && echo "same bytes"

# An alert, as a rule would raise it; its message leaves for the topic.
signed "${ENDPOINT}alertmanager/api/v2/alerts" --header 'Content-Type: application/json' --data \
  '[{"labels": {"alertname": "TooHot", "severity": "page"}, "annotations": {"summary": "The kitchen is at 90 degrees"}}]'
echo "alerts: $(signed "${ENDPOINT}alertmanager/api/v2/alerts")"
echo "groups: $(signed "${ENDPOINT}alertmanager/api/v2/alerts/groups")"
echo "receivers: $(signed "${ENDPOINT}alertmanager/api/v2/receivers")"
echo "status: $(signed "${ENDPOINT}alertmanager/api/v2/status")"

# A silence: nobody is told again for an hour.
NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ) LATER=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
SILENCE=$(signed "${ENDPOINT}alertmanager/api/v2/silences" --header 'Content-Type: application/json' --data '{
  "matchers": [{"name": "alertname", "value": "TooHot", "isRegex": false, "isEqual": true}],
  "startsAt": "'"$NOW"'", "endsAt": "'"$LATER"'", "createdBy": "me", "comment": "being repaired"
}' | sed 's/.*"silenceID":"\([^"]*\)".*/\1/')
echo "silence: $(signed "${ENDPOINT}alertmanager/api/v2/silence/$SILENCE")"
echo "silences: $(signed "${ENDPOINT}alertmanager/api/v2/silences")"
signed --request DELETE "${ENDPOINT}alertmanager/api/v2/silence/$SILENCE"

# A definition that AMP doesn't take: other receivers than topics, and topics of other accounts.
printf 'alertmanager_config: |\n  route: {receiver: r}\n  receivers: [{name: r, email_configs: [{to: a@example.com}]}]\n' > email.yaml
refused aws amp put-alert-manager-definition --workspace-id "$WORKSPACE" --data fileb://email.yaml

for _ in $(seq 60); do
  [ -s "$RECEIVER_FILE" ] && break
  sleep 1
done
echo "received: $(cat "$RECEIVER_FILE")"
aws amp delete-alert-manager-definition --workspace-id "$WORKSPACE"
aws sns delete-topic --topic-arn "$TOPIC"
aws amp delete-workspace --workspace-id "$WORKSPACE"
