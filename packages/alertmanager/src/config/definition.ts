// An alert manager definition of AMP: Alertmanager's configuration as a text inside a YAML document,
// beside the template files that it may name.
//
// 1. Size, the outer document, the number and names of the template files.
// 2. The configuration, with Alertmanager's own verdict.
// 3. What AMP restricts: SNS receivers only, what they may say, topics of the same account, quotas.
// 4. The template files that the configuration names, through the check that is passed in.

import { quote } from '@ampere/go-text';
import { ConfigError } from '../errors.ts';
import { type AlertmanagerConfig, parseConfig, type RouteConfig } from './config.ts';
import type { Receiver, SnsConfig } from './receivers.ts';
import { readYaml, struct, text, textMap } from './yaml-reader.ts';

/** A definition that is refused; `message` is the reason in the service's words. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  /**
   * `request`: refused at once with 400. `creation`: accepted, then CREATION_FAILED or UPDATE_FAILED, where
   * the status reason is `status=400, message=` and the message.
   */
  readonly stage: 'request' | 'creation';

  constructor(stage: 'request' | 'creation', message: string) {
    super(message);
    this.stage = stage;
  }
}

/** 0 is no limit. Defaults are the quotas of AMP. */
export interface DefinitionLimits {
  readonly definitionBytes: number;
  readonly templates: number;
  readonly inhibitRules: number;
  readonly routes: number;
}

export const DEFINITION_LIMITS: DefinitionLimits = {
  definitionBytes: 1_000_000,
  templates: 100,
  inhibitRules: 100,
  routes: 100,
};

export interface DefinitionOptions {
  /** The workspace's account, whose topics alone may be used; null doesn't check. */
  readonly accountId: string | null;
  /** `sns` is AMP; `all` takes each receiver that Alertmanager takes. */
  readonly receivers: 'sns' | 'all';
  readonly limits: DefinitionLimits;
  /** Throws an Error with Go's text for a template file that can't be parsed. */
  readonly checkTemplate: (name: string, text: string) => void;
}

export interface AlertmanagerDefinition {
  readonly config: AlertmanagerConfig;
  readonly templateFiles: ReadonlyMap<string, string>;
}

const outer = struct(
  'alertspb.UserConfig',
  { alertmanager_config: text, template_files: textMap() },
  (fields) => fields,
);

/** Reads a definition. Throws DefinitionError. */
export function parseDefinition(bytes: Uint8Array, options: DefinitionOptions): AlertmanagerDefinition {
  const { limits } = options;
  if (exceeds(bytes.length, limits.definitionBytes)) {
    throw new DefinitionError(
      'request',
      `Alertmanager configuration is too big, limit: ${limits.definitionBytes} bytes`,
    );
  }
  const source = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
  const document = refusing('request', '', () => readYaml(source, outer));
  if (!document?.alertmanager_config?.trim()) {
    throw new DefinitionError('request', 'Empty Alertmanager definition.');
  }
  const templateFiles = document.template_files ?? new Map<string, string>();
  checkTemplateNames(templateFiles, limits);
  const inner = document.alertmanager_config;
  const config = refusing('creation', 'error validating Alertmanager config: ', () =>
    parseConfig(inner, { templatesInGlobal: true }),
  );
  for (const receiver of config.receivers) if (options.receivers === 'sns') checkReceiver(receiver, options);
  checkQuotas(config, limits);
  for (const name of config.templates) {
    const file = templateFiles.get(name);
    if (file === undefined) continue;
    refusing('creation', 'error validating Alertmanager config: ', () => options.checkTemplate(name, file));
  }
  return { config, templateFiles };
}

function exceeds(count: number, limit: number): boolean {
  return limit > 0 && count > limit;
}

function refusing<T>(stage: 'request' | 'creation', prefix: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError || (prefix !== '' && error instanceof Error && !isBug(error))) {
      throw new DefinitionError(stage, prefix + error.message);
    }
    throw error;
  }
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error.message.startsWith('BUG:');
}

function checkTemplateNames(files: ReadonlyMap<string, string>, limits: DefinitionLimits): void {
  if (exceeds(files.size, limits.templates)) {
    throw new DefinitionError(
      'creation',
      `too many templates in the configuration: ${files.size} (limit: ${limits.templates})`,
    );
  }
  for (const name of files.keys()) {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw new DefinitionError(
        'creation',
        `invalid template name ${quote(name)}: the template name cannot contain any path`,
      );
    }
  }
}

function checkReceiver({ name, integrations }: Receiver, options: DefinitionOptions): void {
  for (const { kind, config } of integrations) {
    if (kind !== 'sns') {
      throw new DefinitionError('request', `Invalid Alertmanager receiver type: [${kind}_configs]`);
    }
    const invalid = whatIsNotAllowed(config);
    if (invalid !== null) {
      throw new DefinitionError('request', `Invalid SNS receiver ${quote(name)}: ${invalid}`);
    }
    for (const arn of [config.topicArn, config.targetArn]) {
      // A template gives its account only when it is rendered.
      if (arn === '' || arn.includes('{{') || options.accountId === null) continue;
      const account = arn.split(':')[4] ?? '';
      if (account !== options.accountId) {
        throw new DefinitionError('request', `Invalid SNS receiver topic account ID: ${account}`);
      }
    }
  }
}

function whatIsNotAllowed(config: SnsConfig): string | null {
  if (config.apiUrl !== '') return 'api_url is not allowed';
  if (config.hasHttpConfig) return 'http_config is not allowed';
  if (config.sigv4.region === '') return 'sigv4.region is required';
  return null;
}

function checkQuotas(config: AlertmanagerConfig, limits: DefinitionLimits): void {
  const rules = config.inhibitRules.length;
  if (exceeds(rules, limits.inhibitRules)) {
    throw new DefinitionError(
      'creation',
      `too many inhibition rules in the configuration: ${rules} (limit: ${limits.inhibitRules})`,
    );
  }
  const routes = countRoutes(config.route);
  if (exceeds(routes, limits.routes)) {
    throw new DefinitionError(
      'creation',
      `too many routing nodes in the configuration: ${routes} (limit: ${limits.routes})`,
    );
  }
}

function countRoutes(node: RouteConfig): number {
  return node.routes.reduce((count, child) => count + countRoutes(child), 1);
}
