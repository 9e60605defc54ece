// The `listeners` and `network` sections: where the server is reached besides `listen`, and which workspaces
// may be reached through what.

import { readFileSync } from 'node:fs';
import type { NamedListener, NetworkRule, NetworkRules } from '@ampere/gateway';
import { ConfigurationError } from './configuration-error.ts';
import { parseListenAddress } from './listen-address.ts';

export interface ListenerSection {
  name: string;
  listen: string;
  tls?: { certificate: string; key: string; client_ca?: string };
}

interface RuleSection {
  ingestion?: 'open' | 'private';
  query?: 'open' | 'private';
  listeners?: string[];
}

export interface NetworkSection {
  defaults?: RuleSection;
  workspaces?: Record<string, RuleSection>;
}

/** JSON schema of the two sections. */
const RULE = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ingestion: { enum: ['open', 'private'] },
    query: { enum: ['open', 'private'] },
    listeners: { type: 'array', items: { type: 'string' }, minItems: 1 },
  },
} as const;

export const NETWORK_SCHEMA = {
  listeners: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'listen'],
      properties: {
        name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' },
        listen: { type: 'string', format: 'listen-address' },
        tls: {
          type: 'object',
          additionalProperties: false,
          required: ['certificate', 'key'],
          properties: {
            certificate: { type: 'string', minLength: 1 },
            key: { type: 'string', minLength: 1 },
            client_ca: { type: 'string', minLength: 1 },
          },
        },
      },
    },
  },
  network: {
    type: 'object',
    additionalProperties: false,
    properties: { defaults: RULE, workspaces: { type: 'object', additionalProperties: RULE } },
  },
} as const;

/** Throws ConfigurationError for a name that comes twice. The files of certificates are read when they are needed. */
export function readListeners(sections: readonly ListenerSection[]): NamedListener[] {
  const names = new Set<string>();
  return sections.map(({ name, listen, tls }) => {
    if (names.has(name)) throw new ConfigurationError(`listeners: the name ${name} is there twice`);
    names.add(name);
    return {
      name,
      address: parseListenAddress(listen)!,
      readTls:
        tls === undefined
          ? undefined
          : () => ({
              certificate: readPem(name, 'certificate', tls.certificate),
              key: readPem(name, 'key', tls.key),
              clientCa: tls.client_ca === undefined ? undefined : readPem(name, 'client_ca', tls.client_ca),
            }),
    };
  });
}

/** Throws ConfigurationError for a listener that isn't there. */
export function readNetworkRules(section: NetworkSection, listeners: readonly NamedListener[]): NetworkRules {
  const known = listeners.map(({ name }) => name);
  const read = (key: string, rule: RuleSection, below: NetworkRule): NetworkRule => {
    for (const name of rule.listeners ?? []) {
      if (known.includes(name)) continue;
      const allowed = known.length === 0 ? 'none is named' : `named are ${known.join(', ')}`;
      throw new ConfigurationError(`network.${key}.listeners: there is no listener ${name}; ${allowed}`);
    }
    return {
      ingestion: rule.ingestion ?? below.ingestion,
      query: rule.query ?? below.query,
      scopes: rule.listeners ?? below.scopes,
    };
  };
  const open: NetworkRule = { ingestion: 'open', query: 'open', scopes: undefined };
  const defaults = read('defaults', section.defaults ?? {}, open);
  const workspaces = new Map(
    Object.entries(section.workspaces ?? {}).map(([id, rule]) => [
      id,
      read(`workspaces.${id}`, rule, defaults),
    ]),
  );
  return { defaults, workspaces };
}

function readPem(listener: string, key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigurationError(
      `listeners: ${listener}: tls.${key}: ${path} can't be read: ${(error as Error).message}`,
    );
  }
}
