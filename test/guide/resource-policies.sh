#!/bin/bash
# A policy on the workspace itself: another account's principals, or nobody, may do with it what is said there.
# Needs: amp put-resource-policy
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

read -r WORKSPACE ARN < <(aws amp create-workspace --query '[workspaceId,arn]' --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)

# A user without any policy of the own.
aws iam create-user --user-name guest --query User.Arn --output text
read -r KEY SECRET < <(aws iam create-access-key --user-name guest \
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
as_guest() { AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET "$@"; }
refused as_guest signed "${ENDPOINT}api/v1/query?query=1"

cat > resource-policy.json <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::$ACCOUNT:user/guest" },
      "Action": ["aps:QueryMetrics", "aps:GetLabels"],
      "Resource": "$ARN"
    }
  ]
}
JSON
REVISION=$(aws amp put-resource-policy --workspace-id "$WORKSPACE" --policy-document file://resource-policy.json \
  --query revisionId --output text)
aws amp describe-resource-policy --workspace-id "$WORKSPACE" --query policyStatus --output text
as_guest signed "${ENDPOINT}api/v1/query?query=1" && echo
refused as_guest signed "${ENDPOINT}api/v1/series?match%5B%5D=up"
refused aws amp put-resource-policy --workspace-id "$WORKSPACE" --policy-document '{}'

aws amp delete-resource-policy --workspace-id "$WORKSPACE" --revision-id "$REVISION"
refused aws amp describe-resource-policy --workspace-id "$WORKSPACE"
aws iam delete-access-key --user-name guest --access-key-id "$KEY"
aws iam delete-user --user-name guest
aws amp delete-workspace --workspace-id "$WORKSPACE"
