// Made of openapi/amp.yaml by scripts/describe-api.mjs; not to be changed by hand.

/** The input of each operation as its handler gets it, checked and in the form of code. */
export interface Inputs {
  readonly CreateAlertManagerDefinition: {
    readonly workspaceId: string;
    readonly data: Uint8Array;
    readonly clientToken: string | undefined;
  };
  readonly CreateAnomalyDetector: {
    readonly workspaceId: string;
    readonly alias: string;
    readonly evaluationIntervalInSeconds: number | undefined;
    readonly missingDataAction:
      | { readonly markAsAnomaly: boolean | undefined; readonly skip: boolean | undefined }
      | undefined;
    readonly configuration: {
      readonly randomCutForest:
        | {
            readonly query: string;
            readonly shingleSize: number | undefined;
            readonly sampleSize: number | undefined;
            readonly ignoreNearExpectedFromAbove:
              | { readonly amount: number | undefined; readonly ratio: number | undefined }
              | undefined;
            readonly ignoreNearExpectedFromBelow:
              | { readonly amount: number | undefined; readonly ratio: number | undefined }
              | undefined;
          }
        | undefined;
    };
    readonly labels: ReadonlyMap<string, string> | undefined;
    readonly clientToken: string | undefined;
    readonly tags: ReadonlyMap<string, string> | undefined;
  };
  readonly CreateLoggingConfiguration: {
    readonly workspaceId: string;
    readonly logGroupArn: string;
    readonly clientToken: string | undefined;
  };
  readonly CreateQueryLoggingConfiguration: {
    readonly workspaceId: string;
    readonly destinations: readonly {
      readonly cloudWatchLogs: { readonly logGroupArn: string };
      readonly filters: { readonly qspThreshold: number };
    }[];
    readonly clientToken: string | undefined;
  };
  readonly CreateRuleGroupsNamespace: {
    readonly workspaceId: string;
    readonly name: string;
    readonly data: Uint8Array;
    readonly clientToken: string | undefined;
    readonly tags: ReadonlyMap<string, string> | undefined;
  };
  readonly CreateScraper: {
    readonly alias: string | undefined;
    readonly scrapeConfiguration: { readonly configurationBlob: Uint8Array | undefined };
    readonly source: {
      readonly eksConfiguration:
        | {
            readonly clusterArn: string;
            readonly securityGroupIds: readonly string[] | undefined;
            readonly subnetIds: readonly string[];
          }
        | undefined;
      readonly vpcConfiguration:
        | { readonly securityGroupIds: readonly string[]; readonly subnetIds: readonly string[] }
        | undefined;
    };
    readonly destination: { readonly ampConfiguration: { readonly workspaceArn: string } | undefined };
    readonly roleConfiguration:
      | { readonly sourceRoleArn: string | undefined; readonly targetRoleArn: string | undefined }
      | undefined;
    readonly clientToken: string | undefined;
    readonly tags: ReadonlyMap<string, string> | undefined;
  };
  readonly CreateWorkspace: {
    readonly alias: string | undefined;
    readonly clientToken: string | undefined;
    readonly tags: ReadonlyMap<string, string> | undefined;
    readonly kmsKeyArn: string | undefined;
  };
  readonly DeleteAlertManagerDefinition: {
    readonly workspaceId: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteAnomalyDetector: {
    readonly workspaceId: string;
    readonly anomalyDetectorId: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteLoggingConfiguration: {
    readonly workspaceId: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteQueryLoggingConfiguration: {
    readonly workspaceId: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteResourcePolicy: {
    readonly workspaceId: string;
    readonly clientToken: string | undefined;
    readonly revisionId: string | undefined;
  };
  readonly DeleteRuleGroupsNamespace: {
    readonly workspaceId: string;
    readonly name: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteScraper: { readonly scraperId: string; readonly clientToken: string | undefined };
  readonly DeleteScraperLoggingConfiguration: {
    readonly scraperId: string;
    readonly clientToken: string | undefined;
  };
  readonly DeleteWorkspace: { readonly workspaceId: string; readonly clientToken: string | undefined };
  readonly DescribeAlertManagerDefinition: { readonly workspaceId: string };
  readonly DescribeAnomalyDetector: { readonly workspaceId: string; readonly anomalyDetectorId: string };
  readonly DescribeLoggingConfiguration: { readonly workspaceId: string };
  readonly DescribeQueryLoggingConfiguration: { readonly workspaceId: string };
  readonly DescribeResourcePolicy: { readonly workspaceId: string };
  readonly DescribeRuleGroupsNamespace: { readonly workspaceId: string; readonly name: string };
  readonly DescribeScraper: { readonly scraperId: string };
  readonly DescribeScraperLoggingConfiguration: { readonly scraperId: string };
  readonly DescribeWorkspace: { readonly workspaceId: string };
  readonly DescribeWorkspaceConfiguration: { readonly workspaceId: string };
  readonly GetDefaultScraperConfiguration: Readonly<Record<string, never>>;
  readonly ListAnomalyDetectors: {
    readonly workspaceId: string;
    readonly alias: string | undefined;
    readonly maxResults: number | undefined;
    readonly nextToken: string | undefined;
  };
  readonly ListRuleGroupsNamespaces: {
    readonly workspaceId: string;
    readonly name: string | undefined;
    readonly nextToken: string | undefined;
    readonly maxResults: number | undefined;
  };
  readonly ListScrapers: {
    readonly filters: ReadonlyMap<string, readonly string[]> | undefined;
    readonly nextToken: string | undefined;
    readonly maxResults: number | undefined;
  };
  readonly ListTagsForResource: { readonly resourceArn: string };
  readonly ListWorkspaces: {
    readonly nextToken: string | undefined;
    readonly alias: string | undefined;
    readonly maxResults: number | undefined;
  };
  readonly PutAlertManagerDefinition: {
    readonly workspaceId: string;
    readonly data: Uint8Array;
    readonly clientToken: string | undefined;
  };
  readonly PutAnomalyDetector: {
    readonly workspaceId: string;
    readonly anomalyDetectorId: string;
    readonly evaluationIntervalInSeconds: number | undefined;
    readonly missingDataAction:
      | { readonly markAsAnomaly: boolean | undefined; readonly skip: boolean | undefined }
      | undefined;
    readonly configuration: {
      readonly randomCutForest:
        | {
            readonly query: string;
            readonly shingleSize: number | undefined;
            readonly sampleSize: number | undefined;
            readonly ignoreNearExpectedFromAbove:
              | { readonly amount: number | undefined; readonly ratio: number | undefined }
              | undefined;
            readonly ignoreNearExpectedFromBelow:
              | { readonly amount: number | undefined; readonly ratio: number | undefined }
              | undefined;
          }
        | undefined;
    };
    readonly labels: ReadonlyMap<string, string> | undefined;
    readonly clientToken: string | undefined;
  };
  readonly PutResourcePolicy: {
    readonly workspaceId: string;
    readonly policyDocument: string;
    readonly clientToken: string | undefined;
    readonly revisionId: string | undefined;
  };
  readonly PutRuleGroupsNamespace: {
    readonly workspaceId: string;
    readonly name: string;
    readonly data: Uint8Array;
    readonly clientToken: string | undefined;
  };
  readonly TagResource: { readonly resourceArn: string; readonly tags: ReadonlyMap<string, string> };
  readonly UntagResource: { readonly resourceArn: string; readonly tagKeys: readonly string[] };
  readonly UpdateLoggingConfiguration: {
    readonly workspaceId: string;
    readonly logGroupArn: string;
    readonly clientToken: string | undefined;
  };
  readonly UpdateQueryLoggingConfiguration: {
    readonly workspaceId: string;
    readonly destinations: readonly {
      readonly cloudWatchLogs: { readonly logGroupArn: string };
      readonly filters: { readonly qspThreshold: number };
    }[];
    readonly clientToken: string | undefined;
  };
  readonly UpdateScraper: {
    readonly scraperId: string;
    readonly alias: string | undefined;
    readonly scrapeConfiguration: { readonly configurationBlob: Uint8Array | undefined } | undefined;
    readonly destination:
      | { readonly ampConfiguration: { readonly workspaceArn: string } | undefined }
      | undefined;
    readonly roleConfiguration:
      | { readonly sourceRoleArn: string | undefined; readonly targetRoleArn: string | undefined }
      | undefined;
    readonly clientToken: string | undefined;
  };
  readonly UpdateScraperLoggingConfiguration: {
    readonly scraperId: string;
    readonly loggingDestination: { readonly cloudWatchLogs: { readonly logGroupArn: string } | undefined };
    readonly scraperComponents:
      | readonly {
          readonly type: 'SERVICE_DISCOVERY' | 'COLLECTOR' | 'EXPORTER';
          readonly config: { readonly options: ReadonlyMap<string, string> | undefined } | undefined;
        }[]
      | undefined;
  };
  readonly UpdateWorkspaceAlias: {
    readonly workspaceId: string;
    readonly alias: string | undefined;
    readonly clientToken: string | undefined;
  };
  readonly UpdateWorkspaceConfiguration: {
    readonly workspaceId: string;
    readonly clientToken: string | undefined;
    readonly limitsPerLabelSet:
      | readonly {
          readonly limits: { readonly maxSeries: number | undefined };
          readonly labelSet: ReadonlyMap<string, string>;
        }[]
      | undefined;
    readonly retentionPeriodInDays: number | undefined;
  };
}
