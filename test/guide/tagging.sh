#!/bin/bash
# Tags on workspaces and rule groups namespaces, from their creation on and later, and policies that ask for them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

read -r WORKSPACE ARN < <(aws amp create-workspace --tags Status=Secret,Team=My-Team \
  --query '[workspaceId,arn]' --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
aws amp tag-resource --resource-arn "$ARN" --tags Team=Other-Team,Stage=test
aws amp list-tags-for-resource --resource-arn "$ARN" --query 'tags.[Stage,Status,Team]' --output text
aws amp untag-resource --resource-arn "$ARN" --tag-keys Stage Status
aws amp list-tags-for-resource --resource-arn "$ARN" --query 'length(tags)'

echo 'groups: [{name: g, rules: [{record: "a:b", expr: "1"}]}]' > rules.yaml
RULES=$(aws amp create-rule-groups-namespace --workspace-id "$WORKSPACE" --name my-rules --tags Team=a \
  --data fileb://rules.yaml --query arn --output text)
aws amp tag-resource --resource-arn "$RULES" --tags Stage=test
aws amp list-tags-for-resource --resource-arn "$RULES" --query 'tags.[Stage,Team]' --output text
aws amp untag-resource --resource-arn "$RULES" --tag-keys Stage
aws amp list-tags-for-resource --resource-arn "$RULES" --query 'length(tags)'
refused aws amp tag-resource --resource-arn "$RULES" --tags aws:reserved=x

# Who may only delete what belongs to the own team.
aws iam create-user --user-name tagged --query User.Arn --output text
aws iam put-user-policy --user-name tagged --policy-name own-team --policy-document '{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow", "Action": "aps:DeleteWorkspace", "Resource": "*",
    "Condition": { "StringEquals": { "aws:ResourceTag/Team": "Other-Team" } }
  }]
}'
read -r KEY SECRET < <(aws iam create-access-key --user-name tagged \
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
OTHER=$(aws amp create-workspace --tags Team=My-Team --query workspaceId --output text)
as_user() { AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET "$@"; }
aws amp wait workspace-active --workspace-id "$OTHER"
refused as_user aws amp delete-workspace --workspace-id "$OTHER"
as_user aws amp delete-workspace --workspace-id "$WORKSPACE" && echo "deleted"

aws iam delete-access-key --user-name tagged --access-key-id "$KEY"
aws iam delete-user-policy --user-name tagged --policy-name own-team
aws iam delete-user --user-name tagged
aws amp delete-workspace --workspace-id "$OTHER"
