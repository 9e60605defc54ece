import { type AttachedPolicy, parsePolicy } from '@ampere/iam';
import type { MonitoringRole } from './token-issuer.ts';

/** What the built-in roles are called, as Azure Monitor calls them, and what they may do on a workspace. */
export const MONITORING_ROLES: Readonly<
  Record<MonitoringRole, { readonly name: string; readonly actions: readonly string[] }>
> = {
  publisher: { name: 'Monitoring Metrics Publisher', actions: ['aps:RemoteWrite'] },
  reader: {
    name: 'Monitoring Data Reader',
    actions: [
      'aps:QueryMetrics',
      'aps:GetLabels',
      'aps:GetSeries',
      'aps:GetMetricMetadata',
      'aps:ListRules',
      'aps:ListAlerts',
      'aps:GetAlertManagerStatus',
      'aps:ListAlertManagerReceivers',
      'aps:ListAlertManagerAlerts',
      'aps:ListAlertManagerAlertGroups',
      'aps:ListAlertManagerSilences',
      'aps:GetAlertManagerSilence',
    ],
  },
};

/** A built-in role on workspaces, as a policy that is attached to who has the role. */
export function monitoringPolicy(role: MonitoringRole, workspaceArns: readonly string[]): AttachedPolicy {
  const { name, actions } = MONITORING_ROLES[role];
  const statement = { Effect: 'Allow', Action: actions, Resource: workspaceArns };
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return { name, policy: parsePolicy(document, 'identity') };
}
