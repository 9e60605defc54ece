#!/bin/bash
# Service quotas: what they are, and how one is raised. Here a raise is granted at once.
set -euo pipefail

aws service-quotas list-service-quotas --service-code aps \
  --query "Quotas[?QuotaCode=='L-8873DB23'].[QuotaName,Value,Adjustable]" --output text
aws service-quotas get-aws-default-service-quota --service-code aps --quota-code L-8873DB23 \
  --query Quota.Value --output text
aws service-quotas request-service-quota-increase --service-code aps --quota-code L-8873DB23 \
  --desired-value 25 --query RequestedQuota.Status --output text
aws service-quotas get-service-quota --service-code aps --quota-code L-8873DB23 --query Quota.Value --output text
