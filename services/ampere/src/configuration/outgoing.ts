// The `sns`, `outbound`, `scrape` and `alertmanager` sections: what leaves the server, through what, and where it may go.

import { AddressPolicy, type AddressPolicyOptions, type MailServer } from '@ampere/outbound';
import { ConfigurationError } from './configuration-error.ts';

/** Paths of kubeconfigs by the ARN of the cluster; `default` is for all others. */
export type Kubeconfigs = Readonly<Record<string, string>>;

/** That of a cluster, if there is one. */
export function kubeconfigOf(kubeconfigs: Kubeconfigs, clusterArn: string): string | undefined {
  return Object.hasOwn(kubeconfigs, clusterArn) ? kubeconfigs[clusterArn] : kubeconfigs['default'];
}

const CLUSTER_ARN = '^arn:aws[-a-z]*:eks:[-a-z0-9]+:[0-9]{12}:cluster/[0-9A-Za-z][-_0-9A-Za-z]{0,99}$';

export interface SnsSection {
  endpoint?: string;
  access_key_id?: string;
  secret_access_key?: string;
  smtp?: {
    smarthost: string;
    from: string;
    username?: string;
    password?: string;
    tls?: MailServer['tls'];
    hello?: string;
  };
}

export interface OutboundSection {
  allow_private?: boolean;
  allow?: string[];
}

export interface ScrapeSection extends OutboundSection {
  /** A path, or paths by the ARN of the cluster and `default`. */
  kubeconfig?: string | Readonly<Record<string, string>>;
}

export interface AlertmanagerSection {
  receivers?: 'sns' | 'all';
}

/** JSON schema of the sections. */
export const OUTGOING_SCHEMA = {
  sns: {
    type: 'object',
    additionalProperties: false,
    properties: {
      endpoint: { type: 'string', format: 'http-url' },
      access_key_id: { type: 'string', pattern: '^[A-Za-z0-9_]{16,128}$' },
      secret_access_key: { type: 'string', minLength: 16, maxLength: 128 },
      smtp: {
        type: 'object',
        additionalProperties: false,
        required: ['smarthost', 'from'],
        properties: {
          smarthost: { type: 'string', pattern: '^.+:[0-9]{1,5}$' },
          from: { type: 'string', pattern: '^[^\\s<>]+@[^\\s<>]+$' },
          username: { type: 'string', minLength: 1 },
          password: { type: 'string', minLength: 1 },
          tls: { enum: ['wrapped', 'required', 'if-offered', 'never'] },
          hello: { type: 'string', minLength: 1 },
        },
      },
    },
  },
  outbound: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allow_private: { type: 'boolean' },
      allow: { type: 'array', items: { type: 'string', format: 'network' } },
    },
  },
  scrape: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allow_private: { type: 'boolean' },
      allow: { type: 'array', items: { type: 'string', format: 'network' } },
      kubeconfig: {
        anyOf: [
          { type: 'string', minLength: 1 },
          {
            type: 'object',
            minProperties: 1,
            maxProperties: 100,
            propertyNames: { anyOf: [{ const: 'default' }, { pattern: CLUSTER_ARN }] },
            additionalProperties: { type: 'string', minLength: 1 },
          },
        ],
      },
    },
  },
  alertmanager: {
    type: 'object',
    additionalProperties: false,
    properties: { receivers: { enum: ['sns', 'all'] } },
  },
} as const;

export const isNetwork = AddressPolicy.isNetwork;

export interface OutgoingConfiguration {
  /** Where alert managers publish; undefined: the embedded topics. */
  readonly snsEndpoint: string | undefined;
  /** What publications to another SNS are signed with when a receiver brings no keys. */
  readonly snsKey: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** What e-mail of the embedded topics goes through; undefined: there is none. */
  readonly smtp: { readonly server: MailServer; readonly from: string } | undefined;
  /** Which addresses requests on behalf of tenants may reach. */
  readonly outbound: AddressPolicyOptions;
  /** Which addresses scrapers may reach: private ones too, unless it says otherwise. */
  readonly scrape: AddressPolicyOptions;
  /** With what EKS clusters are scraped. */
  readonly kubeconfigs: Kubeconfigs;
  /** Which receivers alert manager definitions may have. */
  readonly receivers: 'sns' | 'all';
}

/** Throws ConfigurationError for half a pair. */
export function readOutgoing(sections: {
  sns?: SnsSection;
  outbound?: OutboundSection;
  scrape?: ScrapeSection;
  alertmanager?: AlertmanagerSection;
}): OutgoingConfiguration {
  const { sns = {}, outbound = {}, scrape = {}, alertmanager = {} } = sections;
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, smtp } = sns;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new ConfigurationError(
      'sns.access_key_id and sns.secret_access_key go together: set both or neither',
    );
  }
  return {
    snsEndpoint: sns.endpoint,
    snsKey:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey },
    smtp: smtp && { server: mailServer(smtp), from: smtp.from },
    outbound: { allowPrivate: outbound.allow_private ?? false, allow: outbound.allow ?? [] },
    scrape: { allowPrivate: scrape.allow_private ?? true, allow: scrape.allow ?? [] },
    kubeconfigs:
      typeof scrape.kubeconfig === 'string' ? { default: scrape.kubeconfig } : (scrape.kubeconfig ?? {}),
    receivers: alertmanager.receivers ?? 'sns',
  };
}

function mailServer(smtp: NonNullable<SnsSection['smtp']>): MailServer {
  const { username, password, hello } = smtp;
  if ((username === undefined) !== (password === undefined)) {
    throw new ConfigurationError('sns.smtp.username and sns.smtp.password go together: set both or neither');
  }
  const cut = smtp.smarthost.lastIndexOf(':');
  const port = Number(smtp.smarthost.slice(cut + 1));
  if (port < 1 || port > 65_535)
    throw new ConfigurationError('sns.smtp.smarthost: the port must be from 1 to 65535');
  return {
    host: smtp.smarthost.slice(0, cut).replace(/^\[(.*)\]$/, '$1'),
    port,
    // As mail clients do: port 465 speaks TLS from the beginning.
    tls: smtp.tls ?? (port === 465 ? 'wrapped' : 'required'),
    ...(username === undefined || password === undefined ? {} : { user: username, password }),
    ...(hello === undefined ? {} : { hello }),
  };
}
