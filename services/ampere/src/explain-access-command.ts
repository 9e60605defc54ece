// `ampere explain-access`: may somebody do something, and which statement of which policy decides it.

import { ConfigurationError } from './configuration/configuration.ts';
import type { ServerClient } from './server-client.ts';

export interface ExplainArguments {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** `key=value`; several of a key are several values. */
  readonly context: readonly string[];
  readonly json: boolean;
}

interface StatementReference {
  readonly layer: string;
  readonly policyName: string;
  readonly policySource?: string;
  readonly sid?: string;
  readonly index: number;
  readonly effect: string;
}

/** What the server answers (ExplainAccess of its iam API). */
interface Explanation {
  readonly allowed: boolean;
  readonly explanation: string;
  readonly message?: string;
  readonly matched: readonly StatementReference[];
  readonly layers: Readonly<Record<string, string>>;
  readonly missingContextKeys: readonly string[];
}

/** Prints why. Returns the exit code: 0 when it is allowed, 3 when it is denied. */
export async function runExplainAccess(client: ServerClient, given: ExplainArguments): Promise<number> {
  const { status, text } = await client.send({
    service: 'iam',
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(formOf(given)),
  });
  if (status !== 200) throw new ConfigurationError(refusalOf(text));
  const explanation = JSON.parse(text) as Explanation;
  process.stdout.write(given.json ? text : describe(explanation));
  return explanation.allowed ? 0 : 3;
}

export function formOf({ principal, action, resource, context }: ExplainArguments): string {
  const form = new URLSearchParams({
    Action: 'ExplainAccess',
    Version: '2010-05-08',
    PrincipalArn: principal,
    ActionName: action,
    ResourceArn: resource,
  });
  const values = new Map<string, string[]>();
  for (const pair of context) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new ConfigurationError(`--context: ${pair} is not of the form key=value`);
    const key = pair.slice(0, equals);
    values.set(key, [...(values.get(key) ?? []), pair.slice(equals + 1)]);
  }
  [...values].forEach(([key, list], at) => {
    const entry = `ContextEntries.member.${at + 1}`;
    form.set(`${entry}.ContextKeyName`, key);
    list.forEach((value, n) => {
      form.set(`${entry}.ContextKeyValues.member.${n + 1}`, value);
    });
  });
  return form.toString();
}

/** The text of an error in XML. */
function refusalOf(xml: string): string {
  const member = (name: string) => new Map(textsOf(xml)).get(name) ?? '';
  return `${member('Code')}: ${member('Message')}`;
}

function textsOf(xml: string): [string, string][] {
  return [...xml.matchAll(/<(Code|Message)>([^<]*)<\/\1>/g)].map((found) => [
    found[1]!,
    found[2]!
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  ]);
}

export function describe(explanation: Explanation): string {
  const { allowed, message, matched, layers, missingContextKeys } = explanation;
  const lines = [allowed ? 'ALLOWED' : 'DENIED', `  ${explanation.explanation}`];
  if (message !== undefined) lines.push('', 'What the caller is told:', `  ${message}`);
  lines.push('', 'What each layer of policies says:');
  for (const [layer, vote] of Object.entries(layers)) lines.push(`  ${layer.padEnd(10)}${vote}`);
  if (matched.length > 0) lines.push('', 'Statements that apply:');
  for (const { layer, policyName, policySource, sid, index, effect } of matched) {
    const name = sid === undefined ? `statement ${index + 1}` : `statement ${index + 1} (${sid})`;
    const source = policySource === undefined ? '' : ` of ${policySource}`;
    lines.push(`  ${effect.padEnd(6)}${name} of ${policyName}${source} [${layer}]`);
  }
  if (missingContextKeys.length > 0)
    lines.push(
      '',
      'Policies ask for these keys, which were not given; with --context it might be another answer:',
    );
  for (const key of missingContextKeys) lines.push(`  ${key}`);
  return `${lines.join('\n')}\n`;
}
