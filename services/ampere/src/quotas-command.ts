// `ampere quotas`: the limits in force, and changing them while the server runs.

import { ConfigurationError } from './configuration/configuration.ts';
import type { ServerClient } from './server-client.ts';

const TARGET_PREFIX = 'ServiceQuotasV20190624';

export interface QuotaArguments {
  /** A quota's name in the configuration, or its code; undefined lists all. */
  readonly quota: string | undefined;
  /** What to set it to, `default` to take a change back; undefined shows it. */
  readonly value: string | undefined;
  readonly workspace: string | undefined;
}

interface Quota {
  readonly QuotaCode: string;
  readonly Description: string;
  readonly Value: number;
  readonly Unit: string;
}

/** Lists quotas, or sets one. Returns the exit code. */
export async function runQuotas(client: ServerClient, given: QuotaArguments): Promise<number> {
  const context = given.workspace === undefined ? {} : { ContextId: given.workspace };
  const call = (operation: string, input: object) =>
    client.call('servicequotas', `${TARGET_PREFIX}.${operation}`, { ServiceCode: 'aps', ...input });
  let quotas: Quota[];
  if (given.value !== undefined) {
    if (given.quota === undefined)
      throw new ConfigurationError('--set needs the quota that it is for: --quota');
    const value = given.value === 'default' ? undefined : numberOf(given.value);
    const answer = await call('PutServiceQuota', { QuotaCode: given.quota, Value: value, ...context });
    quotas = [answer['Quota'] as Quota];
  } else if (given.quota !== undefined) {
    quotas = [(await call('GetServiceQuota', { QuotaCode: given.quota, ...context }))['Quota'] as Quota];
  } else {
    const all = (await call('ListServiceQuotas', {}))['Quotas'] as Quota[];
    quotas =
      given.workspace === undefined
        ? all
        : await Promise.all(all.map(async (quota) => (await ofWorkspace(quota)) ?? quota));
  }
  process.stdout.write(tableOf(quotas));
  return 0;

  /** Undefined for those of the account. */
  async function ofWorkspace({ QuotaCode }: Quota): Promise<Quota | undefined> {
    try {
      return (await call('GetServiceQuota', { QuotaCode, ...context }))['Quota'] as Quota;
    } catch (error) {
      if (error instanceof ConfigurationError && error.message.includes('of the account alone'))
        return undefined;
      throw error;
    }
  }
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new ConfigurationError(
      `--set: ${text} is no number; give one (durations in seconds, sizes in bytes) or "default"`,
    );
  }
  return value;
}

function tableOf(quotas: readonly Quota[]): string {
  const rows = quotas.map(({ QuotaCode, Description, Value, Unit }) => {
    const [name, meaning] = split(Description);
    return [name, String(Value), Unit === 'None' ? '' : Unit.toLowerCase(), QuotaCode, meaning];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** A description is `name: meaning`. */
function split(description: string): [string, string] {
  const colon = description.indexOf(': ');
  return [description.slice(0, colon), description.slice(colon + 2)];
}
