# What both scripts do with the role: make it once, with its policy, and make the issuer known. To be sourced.

# The role's ARN, or nothing when there is no such role; fails for any other reason.
role_arn() {
  local output
  if output=$(aws iam get-role --role-name "$1" --query 'Role.Arn' --output text 2>&1); then
    echo "$output"
  elif ! grep -q NoSuchEntity <<< "$output"; then
    echo "$output" >&2
    return 1
  fi
}

# ensure_role ROLE POLICY FILE: sets ROLE_ARN.
ensure_role() {
  ROLE_ARN=$(role_arn "$1")
  if [ -n "$ROLE_ARN" ]; then
    echo "$ROLE_ARN is there already" >&2
    return
  fi
  ROLE_ARN=$(aws iam create-role --role-name "$1" \
    --assume-role-policy-document file://TrustPolicy.json --query "Role.Arn" --output text)
  local policy_arn
  policy_arn=$(aws iam create-policy --policy-name "$2" --policy-document "file://$3" \
    --query 'Policy.Arn' --output text)
  aws iam attach-role-policy --role-name "$1" --policy-arn "$policy_arn"
}

# ensure_provider URL: what the guide has eksctl do (associate-iam-oidc-provider).
ensure_provider() {
  local output
  output=$(aws iam create-open-id-connect-provider --url "$1" --client-id-list sts.amazonaws.com 2>&1) ||
    grep -q EntityAlreadyExists <<< "$output" || {
      echo "$output" >&2
      return 1
    }
}
