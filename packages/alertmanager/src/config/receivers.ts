// Receivers of a configuration. `sns_configs` are read completely; the blocks of other integrations are
// kept as plain values for whoever sends them, and AMP's mode refuses them.

import { ConfigError } from '../errors.ts';
import { boolean, list, type Plain, plain, type Reader, struct, text, textMap } from './yaml-reader.ts';

export interface SigV4Config {
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly profile: string;
  readonly roleArn: string;
}

/** ARNs, number, subject, message and attributes are templates, not rendered. What is absent is empty. */
export interface SnsConfig {
  readonly sendResolved: boolean;
  readonly apiUrl: string;
  /** Whether an `http_config` was given. */
  readonly hasHttpConfig: boolean;
  readonly sigv4: SigV4Config;
  readonly topicArn: string;
  readonly targetArn: string;
  readonly phoneNumber: string;
  readonly subject: string;
  readonly message: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The block of an integration that is not read further. */
export interface OtherConfig {
  readonly sendResolved: boolean;
  readonly settings: Plain;
}

/** One way to reach a receiver; `index` counts within its kind. */
export type Integration =
  | { readonly kind: 'sns'; readonly index: number; readonly config: SnsConfig }
  | { readonly kind: OtherKind; readonly index: number; readonly config: OtherConfig };

export interface Receiver {
  readonly name: string;
  readonly integrations: readonly Integration[];
}

/** Integrations of Alertmanager 0.25 beside SNS, with their default of `send_resolved`. */
const OTHER_KINDS = {
  discord: true,
  email: false,
  pagerduty: true,
  slack: false,
  webhook: true,
  opsgenie: true,
  wechat: false,
  pushover: true,
  victorops: true,
  telegram: true,
  webex: true,
} as const;
export type OtherKind = keyof typeof OTHER_KINDS;

const sigv4: Reader<SigV4Config> = struct(
  'sigv4.plain',
  { region: text, access_key: text, secret_key: text, profile: text, role_arn: text },
  (fields) => {
    if (!fields.access_key !== !fields.secret_key) {
      throw new ConfigError(
        'must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config',
      );
    }
    return {
      region: fields.region ?? '',
      accessKey: fields.access_key ?? '',
      secretKey: fields.secret_key ?? '',
      profile: fields.profile ?? '',
      roleArn: fields.role_arn ?? '',
    };
  },
);

const NO_SIGV4: SigV4Config = { region: '', accessKey: '', secretKey: '', profile: '', roleArn: '' };

const sns: Reader<SnsConfig> = struct(
  'config.plain',
  {
    send_resolved: boolean,
    http_config: plain,
    api_url: text,
    sigv4,
    topic_arn: text,
    phone_number: text,
    target_arn: text,
    subject: text,
    message: text,
    attributes: textMap(),
  },
  (fields) => {
    const [target, topic, phone] = [!fields.target_arn, !fields.topic_arn, !fields.phone_number];
    // Alertmanager's own test: an odd number of them is missing.
    if ((target !== topic) !== phone) {
      throw new ConfigError('must provide either a Target ARN, Topic ARN, or Phone Number for SNS config');
    }
    return {
      sendResolved: fields.send_resolved ?? true,
      apiUrl: fields.api_url ?? '',
      hasHttpConfig: fields.http_config !== undefined,
      sigv4: fields.sigv4 ?? NO_SIGV4,
      topicArn: fields.topic_arn ?? '',
      targetArn: fields.target_arn ?? '',
      phoneNumber: fields.phone_number ?? '',
      subject: fields.subject ?? '{{ template "sns.default.subject" . }}',
      message: fields.message ?? '{{ template "sns.default.message" . }}',
      attributes: fields.attributes ?? new Map(),
    };
  },
);

function other(kind: OtherKind): Reader<OtherConfig> {
  return (node, place) => {
    const settings = plain(node, place);
    if (settings === undefined) return undefined;
    if (settings === null || typeof settings !== 'object' || Array.isArray(settings)) {
      throw new ConfigError(`${kind}_configs: each element must be a mapping`);
    }
    const given = settings['send_resolved'];
    return { sendResolved: given === undefined ? OTHER_KINDS[kind] : given === 'true', settings };
  };
}

type Blocks = { name: string; sns_configs: SnsConfig[] } & {
  [K in OtherKind as `${K}_configs`]: OtherConfig[];
};

const kinds = Object.keys(OTHER_KINDS) as OtherKind[];
const otherReaders = Object.fromEntries(
  kinds.map((kind) => [`${kind}_configs`, list(other(kind), `*config.${kind}`)]),
) as { [K in OtherKind as `${K}_configs`]: Reader<OtherConfig[]> };

/** Reads one receiver of a configuration. */
export const receiver: Reader<Receiver> = struct<Blocks, Receiver>(
  'config.plain',
  { name: text, sns_configs: list(sns, '*config.SNSConfig'), ...otherReaders },
  (fields) => {
    if (!fields.name) throw new ConfigError('missing name in receiver');
    const integrations: Integration[] = [];
    for (const kind of kinds) {
      fields[`${kind}_configs`]?.forEach((config, index) => {
        integrations.push({ kind, index, config });
      });
    }
    fields.sns_configs?.forEach((config, index) => {
      integrations.push({ kind: 'sns', index, config });
    });
    return { name: fields.name, integrations };
  },
);
