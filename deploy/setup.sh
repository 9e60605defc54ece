#!/bin/sh
# Makes the workspace named "compose" unless it is there, and writes from the templates the two files
# that name it: prometheus.yml for Prometheus and datasource.yml for Grafana.
# Environment: AMPERE_URL, AMPERE_REGION, AMPERE_ACCESS_KEY_ID, AMPERE_SECRET_ACCESS_KEY,
# TEMPLATES (folder with *.template.yml), GENERATED (folder to write to).
set -eu
export AWS_ACCESS_KEY_ID="$AMPERE_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$AMPERE_SECRET_ACCESS_KEY"
export AWS_DEFAULT_REGION="$AMPERE_REGION" AWS_PAGER=

amp() {
  aws amp "$@" --endpoint-url "$AMPERE_URL" --output text
}

workspace=$(amp list-workspaces --alias compose --query 'workspaces[0].workspaceId')
if [ "$workspace" = None ]; then
  workspace=$(amp create-workspace --alias compose --query workspaceId)
fi
amp wait workspace-active --workspace-id "$workspace"

# Makes a value safe inside single quotes of YAML and on the right side of sed's s command.
escape() {
  printf %s "$1" | sed -e "s/'/''/g" -e 's/[&|\\]/\\&/g'
}

for name in prometheus datasource; do
  sed -e "s|@WORKSPACE@|$workspace|g" -e "s|@URL@|$AMPERE_URL|g" -e "s|@REGION@|$AMPERE_REGION|g" \
    -e "s|@ACCESS_KEY_ID@|$AMPERE_ACCESS_KEY_ID|g" -e "s|@SECRET_ACCESS_KEY@|$(escape "$AMPERE_SECRET_ACCESS_KEY")|g" \
    "$TEMPLATES/$name.template.yml" >"$GENERATED/$name.yml"
done
echo "workspace $workspace is ready"
