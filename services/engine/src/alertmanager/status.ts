import { shownConfig } from '@ampere/alertmanager';
import type { RunningAlertManager } from './workspace-alert-manager.ts';

/**
 * The answer of `status`. The version is that of the Alertmanager whose API and templates this is. Alert
 * managers of workspaces stand alone: there is no cluster.
 */
export function statusOf({ definition, startedMs }: RunningAlertManager): unknown {
  return {
    cluster: { peers: [], status: 'disabled' },
    config: { original: shownConfig(definition.config.original) },
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
