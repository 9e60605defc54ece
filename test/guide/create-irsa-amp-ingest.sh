#!/bin/bash -e
# The user guide's createIRSA-AMPIngest.sh against this server: a role that a service account's token may
# assume, and that may write to workspaces. The same aws commands in the same order; only what asks EKS for
# the cluster's issuer is replaced:
#
#   OIDC_ISSUER                the issuer's URL, https://… (in the guide: aws eks describe-cluster)
#   SERVICE_ACCOUNT_NAMESPACE  where the service account is; "prometheus" by default
#
# AWS_ENDPOINT_URL and credentials lead to the server. Prints the role's ARN last. May be run again.

: "${OIDC_ISSUER:?the URL of the OpenID Connect issuer}"
NAMESPACE=${SERVICE_ACCOUNT_NAMESPACE:-prometheus}
ACCOUNT=amp-iamproxy-ingest-service-account
ROLE=amp-iamproxy-ingest-role
POLICY=AMPIngestPolicy

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

cat > PermissionPolicyIngest.json <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["aps:RemoteWrite", "aps:GetSeries", "aps:GetLabels", "aps:GetMetricMetadata"],
      "Resource": "*"
    }
  ]
}
JSON

source "$(dirname "${BASH_SOURCE[0]}")/irsa-role.sh"
ensure_role "$ROLE" "$POLICY" PermissionPolicyIngest.json
ensure_provider "$OIDC_ISSUER"
echo "$ROLE_ARN"
