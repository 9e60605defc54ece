import type { GlobalConfig, Notification, NotifyOutcome } from '@ampere/alertmanager';
import type { Template } from '@ampere/go-template';
import type { MailMessage, MailServer, Outbound } from '@ampere/outbound';
import type { Clock } from '@ampere/platform';
import type { Settings } from './settings.ts';

/** What senders send with. */
export interface SenderTools {
  readonly outbound: Outbound;
  /** The workspace's templates, on top of Alertmanager's own. */
  readonly templates: Template;
  /** Where the workspace's alert manager is reached. */
  readonly externalUrl: string;
  readonly clock: Clock;
  /** Sends an e-mail; rejects with OutboundError. */
  readonly sendMail: (server: MailServer, message: MailMessage) => Promise<void>;
}

/** What came of one attempt. */
export interface Sent {
  readonly outcome: NotifyOutcome;
  /** What was sent, by name, without secrets; for people. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the receiver answered; empty when it didn't. */
  readonly answer: string;
}

/** An attempt that ended before anything was answered. */
export function notSent(reason: string, retry: boolean, texts: Sent['texts'] = {}): Sent {
  return { outcome: { ok: false, retry, reason }, texts, answer: '' };
}

/** One attempt to tell one integration. Throws TemplateError for a template that fails. */
export type Sender = (notification: Notification, tools: SenderTools, signal: AbortSignal) => Promise<Sent>;

/** Reads an integration's block and what it falls back on. Throws ConfigError. */
export type SenderFactory = (settings: Settings, global: GlobalConfig) => Sender;
