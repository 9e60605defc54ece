#!/bin/bash
# Managed collectors. In AWS they live in a cluster; here one with a VPC source scrapes what the server reaches.
# TARGET is the host:port to be scraped.
# Needs: amp update-scraper-logging-configuration
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/signed-curl.sh"

read -r WORKSPACE ARN < <(aws amp create-workspace --query '[workspaceId,arn]' --output text)
aws amp wait workspace-active --workspace-id "$WORKSPACE"
ACCOUNT=$(aws sts get-caller-identity --query Account --output text)
ENDPOINT=$(aws amp describe-workspace --workspace-id "$WORKSPACE" --query workspace.prometheusEndpoint --output text)

# A configuration to begin with.
aws amp get-default-scraper-configuration --query configuration --output text | base64 --decode

cat > scraper.yaml <<YAML
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: target
    static_configs:
      - targets: ["$TARGET"]
YAML
# The guide has the file encoded; version 1 of the CLI encodes it again, and that is understood.
destination() { echo "ampConfiguration={workspaceArn=\"$ARN\"}"; }
blob() { echo "configurationBlob=$(base64 -w 0 "$1")"; }
read -r SCRAPER SCRAPER_ARN < <(aws amp create-scraper --alias my-scraper --tags Team=a \
  --scrape-configuration "$(blob scraper.yaml)" --destination "$(destination)" \
  --source 'vpcConfiguration={securityGroupIds=["sg-0123"],subnetIds=["subnet-0123"]}' \
  --query '[scraperId,arn]' --output text)
aws amp wait scraper-active --scraper-id "$SCRAPER"
aws amp describe-scraper --scraper-id "$SCRAPER" --query 'scraper.[alias,status.statusCode]' --output text
aws amp list-scrapers --filters alias=my-scraper,status=ACTIVE --query 'scrapers[].alias' --output text
aws amp list-tags-for-resource --resource-arn "$SCRAPER_ARN" --query tags.Team --output text
for _ in $(seq 60); do
  answer=$(signed "${ENDPOINT}api/v1/query?query=up")
  [[ $answer == *'"value"'* ]] && break
  sleep 1
done
echo "scraped: $answer"

# Its log.
aws amp update-scraper-logging-configuration --scraper-id "$SCRAPER" --logging-destination \
  "cloudWatchLogs={logGroupArn=\"arn:aws:logs:$AWS_DEFAULT_REGION:$ACCOUNT:log-group:/aws/vendedlogs/scraper:*\"}" \
  --scraper-components 'type=COLLECTOR' --query status.statusCode --output text
aws amp describe-scraper-logging-configuration --scraper-id "$SCRAPER" \
  --query '[status.statusCode,scraperComponents[0].type]' --output text
aws amp delete-scraper-logging-configuration --scraper-id "$SCRAPER"

# Another configuration, and a scraper of a cluster, which says that the server has no kubeconfig for it.
sed -i 's/1s/5s/' scraper.yaml
aws amp update-scraper --scraper-id "$SCRAPER" --alias renamed --scrape-configuration "$(blob scraper.yaml)" \
  --query status.statusCode --output text
aws amp wait scraper-active --scraper-id "$SCRAPER"
EKS=$(aws amp create-scraper --scrape-configuration "$(blob scraper.yaml)" --destination "$(destination)" --source \
  "eksConfiguration={clusterArn=\"arn:aws:eks:$AWS_DEFAULT_REGION:$ACCOUNT:cluster/c\",subnetIds=[\"subnet-0123\"]}" \
  --query scraperId --output text)
aws amp describe-scraper --scraper-id "$EKS" --query 'scraper.[status.statusCode,statusReason]' --output text
aws amp delete-scraper --scraper-id "$EKS" --query status.statusCode --output text

aws amp delete-scraper --scraper-id "$SCRAPER" --query status.statusCode --output text
aws amp wait scraper-deleted --scraper-id "$SCRAPER"
aws amp delete-workspace --workspace-id "$WORKSPACE"
