// Makes the notifier of a workspace's alert manager: each integration of its configuration with a sender.
//
// A template that fails ends the attempt for good: nothing half-rendered is sent, and the next flush tries again.

import {
  type AlertmanagerConfig,
  ConfigError,
  type GlobalConfig,
  type Integration,
  type Notification,
  type SnsConfig,
} from '@ampere/alertmanager';
import {
  ALERTMANAGER_FUNCTIONS,
  ALERTMANAGER_TEMPLATES,
  parseTemplates,
  type Template,
  TemplateError,
} from '@ampere/go-template';
import { type MailMessage, type MailServer, type Outbound, sendMail } from '@ampere/outbound';
import type { Clock } from '@ampere/platform';
import type { OutgoingMessage, PublishIdentity, PublishOutcome, PublishTarget } from '@ampere/sns';
import { email } from './email.ts';
import { EMAIL_TEMPLATES } from './email-templates.ts';
import { groupHash } from './http-sender.ts';
import { opsgenie } from './opsgenie.ts';
import { pagerduty } from './pagerduty.ts';
import { factsOf, Renderer } from './rendering.ts';
import { notSent, type Sender, type SenderFactory, type SenderTools, type Sent } from './sender.ts';
import { Settings } from './settings.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

/** Publishes to SNS, real or embedded; never rejects for faults of the world. */
export type Publish = (
  message: OutgoingMessage,
  identity: PublishIdentity,
  signal: AbortSignal,
) => PublishOutcome | Promise<PublishOutcome>;

export interface NotifierOptions {
  readonly config: AlertmanagerConfig;
  /** The files of the definition; those that the configuration names are used. */
  readonly templateFiles: ReadonlyMap<string, string>;
  /** Where the workspace's alert manager is reached. */
  readonly externalUrl: string;
  readonly publish: Publish;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Sends an e-mail; through nodemailer when it isn't given. */
  readonly sendMail?: (server: MailServer, message: MailMessage) => Promise<void>;
}

const FACTORIES: Readonly<Record<string, SenderFactory>> = { email, opsgenie, pagerduty, slack, webhook };

/**
 * Checks that every receiver of a configuration can be served. Throws ConfigError in Alertmanager's words, or
 * saying that a receiver or setting is not supported.
 */
export function checkReceivers(config: AlertmanagerConfig): void {
  for (const { integrations } of config.receivers) {
    for (const integration of integrations) {
      if (integration.kind !== 'sns') senderOf(integration, config.global);
    }
  }
}

/** Makes one attempt. Never rejects for faults of the world, nor for templates that fail. */
export type Notifier = (notification: Notification, signal: AbortSignal) => Promise<Sent>;

/** Throws ConfigError as `checkReceivers` does, and TemplateParseError for a template that can't be parsed. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { config, outbound, externalUrl, clock, publish } = options;
  const tools: SenderTools = {
    outbound,
    templates: templatesOf(config, options.templateFiles),
    externalUrl,
    clock,
    sendMail: options.sendMail ?? sendMail,
  };
  const senders = new Map<string, Sender>();
  for (const { name, integrations } of config.receivers) {
    for (const integration of integrations) {
      const sender =
        integration.kind === 'sns'
          ? snsSender(integration.config, publish)
          : senderOf(integration, config.global);
      senders.set(keyOf(name, integration), sender);
    }
  }
  return async (notification, signal) => {
    const sender = senders.get(keyOf(notification.receiver, notification.integration));
    if (sender === undefined) {
      // The flush of a configuration that was replaced meanwhile.
      return notSent('the receiver is not in the configuration any more', false);
    }
    try {
      return await sender(notification, tools, signal);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return notSent(error.message, false);
    }
  };
}

function keyOf(receiver: string, { kind, index }: Integration): string {
  return `${kind}/${index} ${receiver}`;
}

function templatesOf(config: AlertmanagerConfig, files: ReadonlyMap<string, string>): Template {
  const named = config.templates.flatMap((name) => {
    const text = files.get(name);
    return text === undefined ? [] : [{ name, text }];
  });
  return parseTemplates([ALERTMANAGER_TEMPLATES, EMAIL_TEMPLATES, ...named], {
    functions: ALERTMANAGER_FUNCTIONS,
  });
}

function senderOf(integration: Integration & { kind: string }, global: GlobalConfig): Sender {
  const { kind, config } = integration;
  const factory = Object.hasOwn(FACTORIES, kind) ? FACTORIES[kind] : undefined;
  if (factory === undefined || !('settings' in config)) {
    const known = Object.keys(FACTORIES).map((name) => `${name}_configs`);
    throw new ConfigError(
      `${kind}_configs are not supported by this server; sns_configs, ${known.join(', ')} are`,
    );
  }
  return factory(new Settings(`${kind}_configs`, config.settings), global);
}

function snsSender(config: SnsConfig, publish: Publish): Sender {
  return async (notification, { templates, externalUrl }, signal): Promise<Sent> => {
    const renderer = new Renderer(templates, factsOf(notification, externalUrl));
    const message = snsMessage(config, renderer, notification);
    const { sigv4 } = config;
    const identity: PublishIdentity = {
      apiUrl: renderer.text(config.apiUrl),
      region: sigv4.region,
      accessKey: sigv4.accessKey,
      secretKey: sigv4.secretKey,
      roleArn: sigv4.roleArn,
    };
    const outcome = await publish(message, identity, signal);
    const { target, subject, attributes } = message;
    const texts = {
      to: target.kind === 'phone' ? target.number : target.arn,
      ...(subject === undefined ? {} : { subject }),
      message: message.message,
      ...Object.fromEntries([...attributes].map(([name, value]) => [`attribute ${name}`, value])),
    };
    if (!outcome.ok) return { outcome, texts, answer: outcome.reason };
    return { outcome: { ok: true }, texts, answer: `MessageId ${outcome.messageId}` };
  };
}

/** A message as Alertmanager 0.25 publishes it. */
function snsMessage(config: SnsConfig, renderer: Renderer, notification: Notification): OutgoingMessage {
  const topic = renderer.text(config.topicArn);
  const targetArn = renderer.text(config.targetArn);
  const target: PublishTarget =
    topic !== ''
      ? { kind: 'topic', arn: topic }
      : targetArn !== ''
        ? { kind: 'target', arn: targetArn }
        : { kind: 'phone', number: renderer.text(config.phoneNumber) };
  const hash = groupHash(notification.groupKey);
  return {
    target,
    message: renderer.text(config.message),
    subject: config.subject === '' ? undefined : renderer.text(config.subject),
    attributes: new Map(
      [...config.attributes].map(([name, value]) => [renderer.text(name), renderer.text(value)]),
    ),
    ...(topic.endsWith('.fifo') ? { groupId: hash, deduplicationId: hash } : {}),
  };
}
