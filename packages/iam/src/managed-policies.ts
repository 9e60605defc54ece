// The policies that AWS manages for the service, as it publishes them (AWS managed policy reference,
// February 2026). They are the same in every account and can't be changed.

export interface ManagedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly path: '/';
  /** Of the default version, the only one that is kept. */
  readonly versionId: string;
  /** When the policy was made and when its default version was, ISO 8601. */
  readonly createDate: string;
  readonly updateDate: string;
  /** JSON. */
  readonly document: string;
}

type StatementDocument = Readonly<Record<string, unknown>>;

function managedPolicy(init: {
  name: string;
  description: string;
  versionId: string;
  createDate: string;
  updateDate: string;
  statements: readonly StatementDocument[];
}): ManagedPolicy {
  const { statements, ...rest } = init;
  return {
    ...rest,
    arn: `arn:aws:iam::aws:policy/${init.name}`,
    path: '/',
    document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2),
  };
}

export const managedPolicies: readonly ManagedPolicy[] = [
  managedPolicy({
    name: 'AmazonPrometheusFullAccess',
    description: 'Grants full access to AWS Managed Prometheus resources',
    versionId: 'v2',
    createDate: '2020-12-15T18:10:00Z',
    updateDate: '2023-11-26T20:16:00Z',
    statements: [
      { Sid: 'AllPrometheusActions', Effect: 'Allow', Action: ['aps:*'], Resource: '*' },
      {
        Sid: 'DescribeCluster',
        Effect: 'Allow',
        Action: ['eks:DescribeCluster', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'],
        Condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['aps.amazonaws.com'] } },
        Resource: '*',
      },
      {
        Sid: 'CreateServiceLinkedRole',
        Effect: 'Allow',
        Action: 'iam:CreateServiceLinkedRole',
        Resource:
          'arn:aws:iam::*:role/aws-service-role/scraper.aps.amazonaws.com/AWSServiceRoleForAmazonPrometheusScraper*',
        Condition: { StringEquals: { 'iam:AWSServiceName': 'scraper.aps.amazonaws.com' } },
      },
    ],
  }),
  managedPolicy({
    name: 'AmazonPrometheusRemoteWriteAccess',
    description: 'Grants write only access to AWS Managed Prometheus workspaces',
    versionId: 'v1',
    createDate: '2020-12-19T01:04:00Z',
    updateDate: '2020-12-19T01:04:00Z',
    statements: [{ Action: ['aps:RemoteWrite'], Effect: 'Allow', Resource: '*' }],
  }),
  managedPolicy({
    name: 'AmazonPrometheusQueryAccess',
    description: 'Grants access to run queries against AWS Managed Prometheus resources',
    versionId: 'v1',
    createDate: '2020-12-19T01:02:00Z',
    updateDate: '2020-12-19T01:02:00Z',
    statements: [
      {
        Action: ['aps:GetLabels', 'aps:GetMetricMetadata', 'aps:GetSeries', 'aps:QueryMetrics'],
        Effect: 'Allow',
        Resource: '*',
      },
    ],
  }),
  managedPolicy({
    name: 'AmazonPrometheusConsoleFullAccess',
    description: 'Grants full access to AWS Managed Prometheus resources in the AWS console',
    versionId: 'v9',
    createDate: '2020-12-15T18:11:00Z',
    updateDate: '2026-02-12T17:59:00Z',
    statements: [
      { Effect: 'Allow', Action: ['tag:GetTagValues', 'tag:GetTagKeys'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: [
          'aps:CreateWorkspace',
          'aps:DescribeWorkspace',
          'aps:UpdateWorkspaceAlias',
          'aps:DeleteWorkspace',
          'aps:ListWorkspaces',
          'aps:DescribeAlertManagerDefinition',
          'aps:DescribeRuleGroupsNamespace',
          'aps:CreateAlertManagerDefinition',
          'aps:CreateRuleGroupsNamespace',
          'aps:DeleteAlertManagerDefinition',
          'aps:DeleteRuleGroupsNamespace',
          'aps:ListRuleGroupsNamespaces',
          'aps:PutAlertManagerDefinition',
          'aps:PutRuleGroupsNamespace',
          'aps:TagResource',
          'aps:UntagResource',
          'aps:CreateLoggingConfiguration',
          'aps:UpdateLoggingConfiguration',
          'aps:DeleteLoggingConfiguration',
          'aps:DescribeLoggingConfiguration',
          'aps:UpdateWorkspaceConfiguration',
          'aps:DescribeWorkspaceConfiguration',
          'aps:CreateQueryLoggingConfiguration',
          'aps:UpdateQueryLoggingConfiguration',
          'aps:DeleteQueryLoggingConfiguration',
          'aps:DescribeQueryLoggingConfiguration',
        ],
        Resource: '*',
      },
    ],
  }),
];
