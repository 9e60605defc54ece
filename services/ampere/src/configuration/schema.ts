// The configuration file's schema. An unknown key stops the start: a mistyped limit that is silently
// ignored would be found out when it is needed.

import { NETWORK_SCHEMA } from './network.ts';
import { OUTGOING_SCHEMA } from './outgoing.ts';
import { TOKENS_SCHEMA } from './token-issuers.ts';

/** JSON schema (draft 7) of the YAML file. */
export const CONFIGURATION_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    listen: { type: 'string', format: 'listen-address' },
    data_dir: { type: 'string', minLength: 1 },
    region: { type: 'string', pattern: '^[a-z0-9-]{1,32}$' },
    account_id: { type: 'string', pattern: '^[0-9]{12}$' },
    root: {
      type: 'object',
      additionalProperties: false,
      properties: {
        access_key_id: { type: 'string', pattern: '^[A-Za-z0-9_]{16,128}$' },
        secret_access_key: { type: 'string', minLength: 16, maxLength: 128 },
      },
    },
    ...NETWORK_SCHEMA,
    public_url: { type: 'string', format: 'http-url' },
    ...OUTGOING_SCHEMA,
    ...TOKENS_SCHEMA,
    log: {
      type: 'object',
      additionalProperties: false,
      properties: { level: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] } },
    },
    metrics: {
      type: 'object',
      additionalProperties: false,
      properties: { listen: { type: 'string', format: 'listen-address' } },
    },
    wal: {
      type: 'object',
      additionalProperties: false,
      properties: { fsync: { enum: ['always', 'interval', 'off'] } },
    },
    remote_write: {
      type: 'object',
      additionalProperties: false,
      properties: { created_timestamp_zero_samples: { type: 'boolean' } },
    },
    exemplars: {
      type: 'object',
      additionalProperties: false,
      properties: { max_per_workspace: { type: 'integer', minimum: 0, maximum: 10_000_000 } },
    },
    maintenance: {
      type: 'object',
      additionalProperties: false,
      properties: { interval: { type: 'string', format: 'duration' } },
    },
    deletion: {
      type: 'object',
      additionalProperties: false,
      properties: { keep_for: { type: 'string', format: 'keep-time' } },
    },
    promql: {
      type: 'object',
      additionalProperties: false,
      properties: { experimental: { type: 'boolean' } },
    },
    queries: {
      type: 'object',
      additionalProperties: false,
      properties: {
        threads: { type: 'integer', minimum: 1, maximum: 256 },
        timeout: { type: 'string', format: 'duration' },
        slow_log_ms: { type: 'integer', minimum: 0, maximum: 86_400_000 },
      },
    },
    // The limits' own names and values are checked by @ampere/limits, which knows them.
    limits: {
      type: 'object',
      additionalProperties: false,
      properties: {
        profile: { type: 'string' },
        defaults: { type: 'object' },
        workspaces: { type: 'object', additionalProperties: { type: 'object' } },
      },
    },
  },
} as const;
