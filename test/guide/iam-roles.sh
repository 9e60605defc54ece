#!/bin/bash
# Who may do what: the managed policies, a role that is assumed to write, and what it may not do.
# Roles for pods are in create-irsa-amp-ingest.sh and create-irsa-amp-query.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

WORKSPACE=$(aws amp create-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)

# The four managed policies.
for policy in FullAccess ConsoleFullAccess RemoteWriteAccess QueryAccess; do
  aws iam get-policy --policy-arn "arn:aws:iam::aws:policy/AmazonPrometheus$policy" \
    --query Policy.PolicyName --output text
done

# A user who may query, and who may assume the role.
aws iam create-user --user-name operator --query User.Arn --output text
aws iam attach-user-policy --user-name operator --policy-arn arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess
aws iam put-user-policy --user-name operator --policy-name assume --policy-document '{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
                  "Resource": "arn:aws:iam::'"$ACCOUNT"':role/EC2-Prometheus-Ingest" }]
}'
read -r KEY SECRET < <(aws iam create-access-key --user-name operator \
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)

# A role that may write, and that the account's users may assume when their policies let them.
aws iam create-role --role-name EC2-Prometheus-Ingest --query Role.Arn --output text \
  --assume-role-policy-document '{
    "Version": "2012-10-17",
    "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::'"$ACCOUNT"':root" },
                    "Action": "sts:AssumeRole" }]
  }'
aws iam attach-role-policy --role-name EC2-Prometheus-Ingest \
  --policy-arn arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess
aws iam list-attached-role-policies --role-name EC2-Prometheus-Ingest \
  --query 'AttachedPolicies[].PolicyName' --output text

# The user asks, and may not write.
(
  export AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET
  aws sts get-caller-identity --query Arn --output text
  signed "${ENDPOINT}api/v1/query?query=1" && echo
  refused signed "${ENDPOINT}api/v1/remote_write" --data ''

  # As the role it is the other way round.
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN < <(aws sts assume-role \
    --role-arn "arn:aws:iam::$ACCOUNT:role/EC2-Prometheus-Ingest" --role-session-name guide \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  aws sts get-caller-identity --query Arn --output text
  refused signed "${ENDPOINT}api/v1/query?query=1"
  printf '\0' > nothing.snappy
  signed "${ENDPOINT}api/v1/remote_write" --data-binary @nothing.snappy --header 'Content-Encoding: snappy' \
    --header 'Content-Type: application/x-protobuf' && echo "written"
  refused aws amp list-workspaces
)

# What would be allowed, without trying.
aws iam simulate-principal-policy --policy-source-arn "arn:aws:iam::$ACCOUNT:user/operator" \
  --action-names aps:QueryMetrics aps:RemoteWrite \
  --query 'EvaluationResults[].[EvalActionName,EvalDecision]' --output text

aws iam detach-role-policy --role-name EC2-Prometheus-Ingest \
  --policy-arn arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess
aws iam delete-role --role-name EC2-Prometheus-Ingest
aws iam delete-access-key --user-name operator --access-key-id "$KEY"
aws iam delete-user-policy --user-name operator --policy-name assume
aws iam detach-user-policy --user-name operator --policy-arn arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess
aws iam delete-user --user-name operator
aws amp delete-workspace --workspace-id "$WORKSPACE"
