import type { Inputs } from '../api/inputs.ts';
import type { OperationContext } from '../operation.ts';
import type { PartContents } from '../workspace-part-store.ts';
import { requireOwnLogGroup } from './logging-configuration.ts';

/** Destinations as they are kept. @throws ApiError when a log group isn't of this account and region. */
export function readDestinations(
  destinations: Inputs['CreateQueryLoggingConfiguration']['destinations'],
  context: OperationContext,
): PartContents['query-logging'] {
  return {
    destinations: destinations.map(({ cloudWatchLogs: { logGroupArn }, filters: { qspThreshold } }, at) => {
      requireOwnLogGroup(`destinations.${at + 1}.member.cloudWatchLogs.logGroupArn`, logGroupArn, context);
      return { logGroupArn, qspThreshold };
    }),
  };
}

/** Destinations as the API tells them. */
export function destinationsView({ destinations }: PartContents['query-logging']): object {
  return destinations.map(({ logGroupArn, qspThreshold }) => ({
    cloudWatchLogs: { logGroupArn },
    filters: { qspThreshold },
  }));
}
