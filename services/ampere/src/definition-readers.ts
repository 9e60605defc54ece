// What the control plane asks of rule files and alert manager definitions, answered by the packages that
// understand them.
//
// What users send may be base64 text once more, because the guide has them encode files that the AWS CLI
// encodes again. It is unpacked when what is inside is a document, and read as it is otherwise.
import { ConfigError, DefinitionError, type DefinitionOptions, parseDefinition } from '@ampere/alertmanager';
import type { AlertManagerReading, DefinitionReaders, RuleFileReading } from '@ampere/control-plane';
import { ALERTMANAGER_FUNCTIONS, parseTemplates } from '@ampere/go-template';
import type { Limits } from '@ampere/limits';
import { checkReceivers } from '@ampere/receivers';
import { definitionText, parseRuleFile, RuleFileError } from '@ampere/rules';

export interface ReaderOptions {
  /** Of the account whose topics alone may be notified. */
  readonly accountId: () => string;
  /** `sns` is AMP; `all` takes each receiver that Alertmanager has. */
  readonly receivers: 'sns' | 'all';
}

export function definitionReaders(limits: Limits, options: ReaderOptions): DefinitionReaders {
  return {
    ruleFile: readRuleFile,
    alertManager(data, workspaceId) {
      const bounds = limits.forWorkspace(workspaceId);
      return readAlertManager(data, {
        accountId: options.accountId(),
        receivers: options.receivers,
        limits: {
          definitionBytes: bounds.alertManagerDefinitionBytesMax,
          templates: bounds.alertTemplatesMax,
          inhibitRules: bounds.inhibitionRulesMax,
          routes: bounds.routingTreeNodesMax,
        },
        checkTemplate: (name, text) => {
          parseTemplates([{ name, text }], { functions: ALERTMANAGER_FUNCTIONS });
        },
      });
    },
  };
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
