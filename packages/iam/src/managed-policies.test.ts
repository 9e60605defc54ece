import { expect, test } from 'vitest';
import { authorise } from './authorise.ts';
import { managedPolicies } from './managed-policies.ts';
import { parsePolicy } from './policy-document.ts';
import { POLICY_SIZE_MAX, policySizeCharacters } from './policy-size.ts';
import { ANN, contextOf, WORKSPACE } from './testing/fixtures.ts';

function check(name: string, action: string, expected: boolean, context = contextOf({})): void {
  test(`${name}: ${action}`, () => {
    const managed = managedPolicies.find((policy) => policy.name === name)!;
    const policy = parsePolicy(managed.document, 'identity', { managed: true });
    const ann = { ...ANN, policies: { identity: [{ name, arn: managed.arn, policy }] } };
    expect(authorise(ann, action, WORKSPACE, context).allowed).toBe(expected);
  });
}

check('AmazonPrometheusFullAccess', 'aps:DeleteWorkspace', true);
check('AmazonPrometheusFullAccess', 'iam:CreateUser', false);
check('AmazonPrometheusFullAccess', 'ec2:DescribeSubnets', false);
check(
  'AmazonPrometheusFullAccess',
  'ec2:DescribeSubnets',
  true,
  contextOf({ 'aws:CalledVia': ['aps.amazonaws.com'] }),
);
check('AmazonPrometheusRemoteWriteAccess', 'aps:RemoteWrite', true);
check('AmazonPrometheusRemoteWriteAccess', 'aps:QueryMetrics', false);
check('AmazonPrometheusQueryAccess', 'aps:GetMetricMetadata', true);
check('AmazonPrometheusQueryAccess', 'aps:RemoteWrite', false);
check('AmazonPrometheusConsoleFullAccess', 'aps:CreateWorkspace', true);
check('AmazonPrometheusConsoleFullAccess', 'aps:ListTagsForResource', false);
check('AmazonPrometheusConsoleFullAccess', 'aps:QueryMetrics', false);

test('they fit into what AWS lets a managed policy have', () => {
  for (const { document } of managedPolicies)
    expect(policySizeCharacters(document)).toBeLessThanOrEqual(POLICY_SIZE_MAX.managed);
});
