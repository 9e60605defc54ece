#!/bin/bash
# Getting started: a workspace, metrics of a Prometheus in it, and the first queries.
# PROMETHEUS is the program to start; by default the one on PATH.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

# Make a workspace, and wait until it is there.
WORKSPACE=$(aws amp create-workspace --alias my-first-workspace --query workspaceId --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.status.statusCode --output text
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" \
  --query workspace.prometheusEndpoint --output text)
echo "endpoint: $ENDPOINT"

# Ingest metrics: a Prometheus that scrapes itself and writes to the workspace. Every request is signed.
cat > prometheus.yml <<YAML
global:
  scrape_interval: 1s
  external_labels:
    cluster: prod-east
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: ["localhost:${PROMETHEUS_PORT:=9090}"]
remote_write:
  - url: ${ENDPOINT}api/v1/remote_write
    sigv4:
      region: $AWS_DEFAULT_REGION
      access_key: $AWS_ACCESS_KEY_ID
      secret_key: $AWS_SECRET_ACCESS_KEY
    queue_config:
      max_samples_per_send: 1000
      max_shards: 200
      capacity: 2500
YAML
"${PROMETHEUS:-prometheus}" --config.file=prometheus.yml --storage.tsdb.path=prometheus-data \
  --web.listen-address="127.0.0.1:$PROMETHEUS_PORT" 2> prometheus.log &
trap 'kill %1' EXIT

# Query metrics: wait for the first sample, then ask as the guide asks with awscurl.
up='up{job="prometheus"}'
for _ in $(seq 60); do
  answer=$(signed "${ENDPOINT}api/v1/query" --data-urlencode "query=$up")
  [[ $answer == *'"value"'* ]] && break
  sleep 1
done
echo "instant: $answer"
signed "${ENDPOINT}api/v1/query?query=up"
echo
END=$(date +%s)
echo "range: $(signed "${ENDPOINT}api/v1/query_range" --data-urlencode 'query=count(up)' \
  --data "start=$((END - 60))" --data "end=$END" --data step=15)"

# What is there to ask for: labels, their values, series, and what the metrics mean.
echo "labels: $(signed "${ENDPOINT}api/v1/labels")"
echo "values: $(signed "${ENDPOINT}api/v1/label/job/values")"
echo "series: $(signed "${ENDPOINT}api/v1/series" --data-urlencode "match[]=$up")"
echo "metadata: $(signed "${ENDPOINT}api/v1/metadata?metric=up")"

# Clean up.
kill %1
wait %1 || true
trap - EXIT
aws amp delete-workspace --workspace-id "$WORKSPACE"
aws amp wait workspace-deleted --workspace-id "$WORKSPACE"
