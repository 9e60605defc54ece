import { accessDenied, type Refusal } from './refusals.ts';

/** Whether everybody may come from everywhere, or only through named listeners. */
export interface NetworkRule {
  readonly ingestion: 'open' | 'private';
  readonly query: 'open' | 'private';
  /** Names of the listeners that a private workspace may be reached through; undefined: every named one. */
  readonly scopes: readonly string[] | undefined;
}

export interface NetworkRules {
  readonly defaults: NetworkRule;
  readonly workspaces: ReadonlyMap<string, NetworkRule>;
}

export const OPEN_NETWORK: NetworkRules = {
  defaults: { ingestion: 'open', query: 'open', scopes: undefined },
  workspaces: new Map(),
};

/**
 * Why a workspace's data can't be reached the way a request came, or undefined when it can.
 *
 * @param scope name of the listener; undefined for the unnamed one.
 * @param action the permission that the request needs: of the data plane only RemoteWrite is ingestion.
 */
export function networkRefusal(
  rules: NetworkRules,
  workspaceId: string,
  action: string,
  scope: string | undefined,
): Refusal | undefined {
  const rule = rules.workspaces.get(workspaceId) ?? rules.defaults;
  const way = action === 'aps:RemoteWrite' ? 'ingestion' : 'query';
  if (rule[way] === 'open') return undefined;
  if (scope !== undefined && (rule.scopes === undefined || rule.scopes.includes(scope))) return undefined;
  const where = scope === undefined ? 'the public listener' : `the listener ${scope}`;
  return accessDenied(`The workspace's ${way} is private and can't be reached through ${where}.`);
}
