// What the control plane asks of the files and queries that users send, answered by the packages that
// understand them.
//
// 1. What users send may be base64 text once more, because the guide has them encode files that the AWS CLI
//    encodes again. It is unpacked when what is inside is a document, and read as it is otherwise.
// 2. Large files are read on another thread: a rule file of a megabyte takes most of a second.
import { ConfigError, DefinitionError, type DefinitionOptions, parseDefinition } from '@ampere/alertmanager';
import type {
  AlertManagerReading,
  DefinitionReaders,
  RuleFileReading,
  ScrapeConfigurationReading,
} from '@ampere/control-plane';
import { ALERTMANAGER_FUNCTIONS, parseTemplates } from '@ampere/go-template';
import type { Limits } from '@ampere/limits';
import { ParseError, parseExpr, STABLE_LANGUAGE } from '@ampere/promql';
import { checkReceivers } from '@ampere/receivers';
import { definitionText, parseRuleFile, RuleFileError } from '@ampere/rules';
import {
  readScrapeConfiguration,
  type ScrapeConfiguration,
  ScrapeConfigurationError,
  type ScrapeSource,
} from '@ampere/scrape';

/** What is smaller takes a few milliseconds. */
const LARGE_BYTES = 4096;

export interface ReaderOptions {
  /** Of the account whose topics alone may be notified. */
  readonly accountId: () => string;
  /** `sns` is AMP; `all` takes each receiver that Alertmanager has. */
  readonly receivers: 'sns' | 'all';
  /** Whether an EKS cluster can be scraped; without, none can. */
  readonly hasKubeconfig?: (clusterArn: string) => boolean;
  /** Reads large files elsewhere; without, they are read here. */
  readonly elsewhere?: ElsewhereReader | undefined;
}

/** What is to be read, as plain data that goes to another thread. */
export type ReadTask =
  | { readonly kind: 'rules'; readonly data: Uint8Array }
  | {
      readonly kind: 'alert-manager';
      readonly data: Uint8Array;
      readonly options: Omit<DefinitionOptions, 'checkTemplate'>;
    };

export interface ElsewhereReader {
  /** Resolves to what `readHere` would return. */
  read(task: ReadTask): Promise<RuleFileReading | AlertManagerReading>;
}

export function definitionReaders(limits: Limits, options: ReaderOptions): DefinitionReaders {
  const { elsewhere } = options;
  const read = (task: ReadTask) =>
    elsewhere === undefined || task.data.length < LARGE_BYTES ? readHere(task) : elsewhere.read(task);
  return {
    ruleFile: (data) => read({ kind: 'rules', data }) as RuleFileReading | Promise<RuleFileReading>,
    alertManager(data, workspaceId) {
      const bounds = limits.forWorkspace(workspaceId);
      const reading = read({
        kind: 'alert-manager',
        data,
        options: {
          accountId: options.accountId(),
          receivers: options.receivers,
          limits: {
            definitionBytes: bounds.alertManagerDefinitionBytesMax,
            templates: bounds.alertTemplatesMax,
            inhibitRules: bounds.inhibitionRulesMax,
            routes: bounds.routingTreeNodesMax,
          },
        },
      });
      return reading as AlertManagerReading | Promise<AlertManagerReading>;
    },
    scrapeConfiguration: (data, clusterArn) =>
      readScraper(data, clusterArn, options.hasKubeconfig ?? (() => false)),
    detectorQuery: problemOfDetectorQuery,
  };
}

/** Reads on this thread. */
export function readHere(task: ReadTask): RuleFileReading | AlertManagerReading {
  if (task.kind === 'rules') return readRuleFile(task.data);
  return readAlertManager(task.data, {
    ...task.options,
    checkTemplate: (name, text) => {
      parseTemplates([{ name, text }], { functions: ALERTMANAGER_FUNCTIONS });
    },
  });
}

/** What a scraper's bytes say; throws ScrapeConfigurationError. */
export function scrapeConfigurationOf(data: Uint8Array, source: ScrapeSource): ScrapeConfiguration {
  return readScrapeConfiguration(
    Buffer.from(definitionText(data, (inner) => inner.includes('scrape_configs'))),
    source,
  );
}

function readScraper(
  data: Uint8Array,
  clusterArn: string | undefined,
  hasKubeconfig: (clusterArn: string) => boolean,
): ScrapeConfigurationReading {
  try {
    const { unsupported } = scrapeConfigurationOf(data, clusterArn === undefined ? 'named' : 'cluster');
    if (clusterArn !== undefined && !hasKubeconfig(clusterArn)) {
      return {
        kind: 'failed',
        reason:
          'The EKS cluster can not be scraped from here: this server has no kubeconfig for it. Use a vpcConfiguration with static_configs or file_sd_configs.',
      };
    }
    if (unsupported.length === 0) return { kind: 'good' };
    const names = unsupported.join(', ');
    const others = `${clusterArn === undefined ? '' : 'kubernetes_sd_configs, '}static_configs or file_sd_configs`;
    return { kind: 'failed', reason: `Not there: ${names}. Use ${others}.` };
  } catch (error) {
    if (!(error instanceof ScrapeConfigurationError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

const DETECTOR_OPERATORS: readonly string[] = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'stddev',
  'stdvar',
  'quantile',
  'group',
];

/** In the service's words, but for what isn't PromQL at all. */
function problemOfDetectorQuery(query: string): string | undefined {
  let root: ReturnType<typeof parseExpr>;
  try {
    root = parseExpr(query, STABLE_LANGUAGE);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return `Invalid PromQL expression: ${error.message}`;
  }
  const unsupported = 'Unsupported PromQL expression for RandomCutForest, expression';
  if (root.kind !== 'aggregate' || !DETECTOR_OPERATORS.includes(root.operator)) {
    return `${unsupported}'s root must be a supported aggregation operator`;
  }
  if (root.without || root.grouping.length > 0) {
    return `${unsupported} root's aggregation operator cannot include a by or without clause`;
  }
  return undefined;
}

function readRuleFile(data: Uint8Array): RuleFileReading {
  const read = (text: string): RuleFileReading => {
    try {
      const groups = parseRuleFile(text).map(({ name, rules }) => ({ name, rulesCount: rules.length }));
      return { problems: [], groups };
    } catch (error) {
      if (!(error instanceof RuleFileError)) throw error;
      return { problems: error.problems, groups: [] };
    }
  };
  return read(definitionText(data, (text) => read(text).problems.length === 0));
}

function readAlertManager(data: Uint8Array, options: DefinitionOptions): AlertManagerReading {
  const read = (bytes: Uint8Array): AlertManagerReading => {
    try {
      const { config } = parseDefinition(bytes, options);
      checkReceivers(config);
      return { kind: 'good' };
    } catch (error) {
      if (error instanceof ConfigError)
        return failed(`error validating Alertmanager config: ${error.message}`);
      if (!(error instanceof DefinitionError)) throw error;
      if (error.stage === 'request') return { kind: 'refused', message: error.message };
      return failed(error.message);
    }
  };
  const text = definitionText(data, (inner) => read(Buffer.from(inner)).kind !== 'refused');
  return read(Buffer.from(text));
}

function failed(message: string): AlertManagerReading {
  return { kind: 'failed', reason: `status=400, message=${message}` };
}
