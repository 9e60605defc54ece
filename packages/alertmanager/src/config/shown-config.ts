import { parse, stringify } from 'yaml';

/** Settings whose values nobody is shown, wherever they stand. */
const SECRETS = new Set([
  'secret_key',
  'auth_password',
  'auth_secret',
  'smtp_auth_password',
  'smtp_auth_secret',
  'password',
  'credentials',
  'bearer_token',
  'client_secret',
  'routing_key',
  'service_key',
  'api_key',
  'api_secret',
  'slack_api_url',
  'opsgenie_api_key',
  'victorops_api_key',
  'wechat_api_secret',
  'webhook_url',
  'token',
  'user_key',
  'bot_token',
]);

/** Within blocks of these integrations their URL is one too: it is what lets one post. */
const SECRET_URLS: ReadonlyMap<string, string> = new Map([
  ['slack_configs', 'api_url'],
  ['webhook_configs', 'url'],
]);
const URL_WITH_PASSWORD = /^([a-z]+:\/\/[^/?#@:]*:)[^/?#]*@/i;

/** A configuration as anybody may see it, secrets replaced as Alertmanager does; comments and aliases go too. */
export function shownConfig(source: string): string {
  return stringify(withoutSecrets(parse(source, { merge: true, maxAliasCount: 100 })), {
    aliasDuplicateObjects: false,
  });
}

function withoutSecrets(value: unknown, secretUrl?: string): unknown {
  // As Go's URL.Redacted writes them.
  if (typeof value === 'string') return value.replace(URL_WITH_PASSWORD, '$1xxxxx@');
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secretUrl));
  if (typeof value !== 'object' || value === null) return value;
  const shown = new Map<string, unknown>();
  for (const [name, item] of Object.entries(value)) {
    const isSecret = SECRETS.has(name) || name === secretUrl;
    shown.set(name, isSecret ? '<secret>' : withoutSecrets(item, SECRET_URLS.get(name) ?? secretUrl));
  }
  return shown;
}
