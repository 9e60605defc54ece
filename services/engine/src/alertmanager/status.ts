import type { RunningAlertManager } from './workspace-alert-manager.ts';

/** Settings whose values are secrets wherever they stand in a configuration. */
const SECRET =
  /^(\s*(?:-\s+)?(?:secret_key|auth_password|auth_secret|smtp_auth_password|smtp_auth_secret|password|credentials|bearer_token|client_secret|routing_key|service_key|api_key|slack_api_url|opsgenie_api_key|victorops_api_key|wechat_api_secret|api_secret|token|user_key|bot_token)\s*:)[^\n]*$/gm;

/**
 * The answer of `status`. The version is that of the Alertmanager whose API and templates this is. Alert
 * managers of workspaces stand alone: there is no cluster.
 */
export function statusOf({ definition, startedMs }: RunningAlertManager): unknown {
  return {
    cluster: { peers: [], status: 'disabled' },
    config: { original: definition.config.original.replace(SECRET, '$1 <secret>') },
    uptime: new Date(startedMs).toISOString(),
    versionInfo: {
      branch: 'HEAD',
      buildDate: '',
      buildUser: 'ampere',
      goVersion: `node ${process.version}`,
      revision: 'ampere',
      version: '0.25.0',
    },
  };
}
