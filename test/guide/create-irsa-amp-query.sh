#!/bin/bash -e
# The user guide's createIRSA-AMPQuery.sh against this server: a role for a service account that queries
# workspaces. What it takes and what is replaced stands in create-irsa-amp-ingest.sh.

: "${OIDC_ISSUER:?the URL of the OpenID Connect issuer}"
NAMESPACE=${SERVICE_ACCOUNT_NAMESPACE:-prometheus}
ACCOUNT=amp-iamproxy-query-service-account
ROLE=amp-iamproxy-query-role
POLICY=AMPQueryPolicy

AWS_ACCOUNT_ID=$(aws sts get-caller-identity --query "Account" --output text)
OIDC_PROVIDER=$(sed -e "s/^https*:\/\///" <<< "$OIDC_ISSUER")

cat > TrustPolicy.json <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:aws:iam::${AWS_ACCOUNT_ID}:oidc-provider/${OIDC_PROVIDER}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": { "${OIDC_PROVIDER}:sub": "system:serviceaccount:${NAMESPACE}:${ACCOUNT}" }
      }
    }
  ]
}
JSON

cat > PermissionPolicyQuery.json <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["aps:QueryMetrics", "aps:GetSeries", "aps:GetLabels", "aps:GetMetricMetadata"],
      "Resource": "*"
    }
  ]
}
JSON

source "$(dirname "${BASH_SOURCE[0]}")/irsa-role.sh"
ensure_role "$ROLE" "$POLICY" PermissionPolicyQuery.json
ensure_provider "$OIDC_ISSUER"
echo "$ROLE_ARN"
