import { managedPolicies } from '@ampere/iam';

/** A managed policy with its document at one version, whoever manages it. */
export interface ManagedDocument {
  readonly name: string;
  readonly arn: string;
  readonly document: string;
}

const BY_ARN: ReadonlyMap<string, (typeof managedPolicies)[number]> = new Map(
  managedPolicies.map((policy) => [policy.arn, policy]),
);

/** The policy that AWS manages under an ARN. */
export function awsManaged(arn: string): (typeof managedPolicies)[number] | undefined {
  return BY_ARN.get(arn);
}
