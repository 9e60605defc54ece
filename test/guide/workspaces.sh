#!/bin/bash
# Managing workspaces: create, list, describe, rename, configure, delete.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

# Create one. A client token makes it safe to repeat: the same token is the same workspace.
TOKEN=$(date +%s%N)
WORKSPACE=$(aws amp create-workspace --alias team-a --client-token "$TOKEN" --query workspaceId --output text)
AGAIN=$(aws amp create-workspace --alias team-a --client-token "$TOKEN" --query workspaceId --output text)
[ "$WORKSPACE" = "$AGAIN" ] && echo "one workspace for one token"
refused aws amp create-workspace --alias team-b --client-token "$TOKEN"
aws amp wait workspace-active --workspace-id "$WORKSPACE"

# Find it: all of them, those whose alias begins so, and the facts of one.
aws amp list-workspaces --query 'workspaces[].alias' --output text
aws amp list-workspaces --alias team --max-items 1 --query 'workspaces[].status.statusCode' --output text
aws amp describe-workspace --workspace-id "$WORKSPACE" \
  --query 'workspace.[alias,status.statusCode,arn]' --output text

# Another alias, and none.
aws amp update-workspace-alias --workspace-id "$WORKSPACE" --alias team-a-production
aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.alias --output text
aws amp update-workspace-alias --workspace-id "$WORKSPACE"
aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.alias --output text

# Delete it, with all that is in it.
aws amp delete-workspace --workspace-id "$WORKSPACE"
aws amp wait workspace-deleted --workspace-id "$WORKSPACE"
refused aws amp describe-workspace --workspace-id "$WORKSPACE"
