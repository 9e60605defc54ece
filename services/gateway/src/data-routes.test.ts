import { expect, test } from 'vitest';
import { dataRoutes, errorFormOfPath, matchDataRoute } from './data-routes.ts';

const check = (path: string, action?: string, enginePath?: string, method?: string) =>
  test(`${method ?? ''} ${path}`, () => {
    const match = matchDataRoute(path);
    const actions = match?.route.actions ?? {};
    expect([actions[method ?? Object.keys(actions)[0]!], match?.enginePath]).toEqual([action, enginePath]);
    if (match !== undefined) expect(match.workspaceId).toBe('ws-1');
  });

check('/workspaces/ws-1/api/v1/remote_write', 'aps:RemoteWrite', '/api/v1/push');
check('/workspaces/ws-1/api/v1/read', 'aps:QueryMetrics', '/prometheus/api/v1/read');
check('/workspaces/ws-1/api/v1/query', 'aps:QueryMetrics', '/prometheus/api/v1/query');
check('/workspaces/ws-1/api/v1/query_range', 'aps:QueryMetrics', '/prometheus/api/v1/query_range');
check('/workspaces/ws-1/api/v1/labels', 'aps:GetLabels', '/prometheus/api/v1/labels');
check('/workspaces/ws-1/api/v1/label/a/values', 'aps:GetLabels', '/prometheus/api/v1/label/a/values');
check('/workspaces/ws-1/api/v1/label/%2F/values', 'aps:GetLabels', '/prometheus/api/v1/label/%2F/values');
check("/workspaces/ws-1/api/v1/label/$&$'/values", 'aps:GetLabels', "/prometheus/api/v1/label/$&$'/values");
check(
  '/workspaces/ws-1/api/v1/label/values/values',
  'aps:GetLabels',
  '/prometheus/api/v1/label/values/values',
);
check('/workspaces/ws-1/api/v1/series', 'aps:GetSeries', '/prometheus/api/v1/series');
check('/workspaces/ws-1/api/v1/metadata', 'aps:GetMetricMetadata', '/prometheus/api/v1/metadata');
check('/workspaces/ws-1/api/v1/rules', 'aps:ListRules', '/prometheus/api/v1/rules');
check('/workspaces/ws-1/alertmanager/api/v1/rules', 'aps:ListRules', '/prometheus/api/v1/rules');
check('/workspaces/ws-1/api/v1/rules/why', 'aps:QueryMetrics', '/prometheus/api/v1/rules/why');
check('/workspaces/ws-1/api/v1/rules/status', 'aps:ListRules', '/prometheus/api/v1/rules/status');
check('/workspaces/ws-1/api/v1/alerts', 'aps:ListAlerts', '/prometheus/api/v1/alerts');
check('/workspaces/ws-1/api/v1/status/tsdb', 'aps:QueryMetrics', '/prometheus/api/v1/status/tsdb');
check(
  '/workspaces/ws-1/api/v1/status/ha_tracker',
  'aps:QueryMetrics',
  '/prometheus/api/v1/status/ha_tracker',
);
check('/workspaces/ws-1/api/v1/status/limits', 'aps:QueryMetrics', '/prometheus/api/v1/status/limits');
const ALERT_MANAGER = '/alertmanager/api/v2';
const alertManager = (path: string, method: string, action: string) =>
  check(`/workspaces/ws-1${ALERT_MANAGER}/${path}`, action, `${ALERT_MANAGER}/${path}`, method);
alertManager('status', 'GET', 'aps:GetAlertManagerStatus');
alertManager('receivers', 'GET', 'aps:ListAlertManagerReceivers');
alertManager('alerts', 'GET', 'aps:ListAlertManagerAlerts');
alertManager('alerts', 'POST', 'aps:CreateAlertManagerAlerts');
alertManager('alerts/groups', 'GET', 'aps:ListAlertManagerAlertGroups');
alertManager('silences', 'GET', 'aps:ListAlertManagerSilences');
alertManager('silences', 'POST', 'aps:PutAlertManagerSilences');
alertManager('silence/x-1', 'GET', 'aps:GetAlertManagerSilence');
alertManager('silence/x-1', 'DELETE', 'aps:DeleteAlertManagerSilence');
check('/workspaces/ws-1/alertmanager/api/v2/silence/');
check('/workspaces/ws-1/alertmanager/definition');
check('/workspaces');
check('/workspaces/ws-1');
check('/workspaces/ws-1/');
check('/workspaces/ws-1/api/v1/label/values');
check('/workspaces/ws-1/api/v1/label//values');
check('/workspaces/ws-1/api/v1/label/a/b/values');
check('/workspaces//api/v1/query');
check('/workspaces/*/api/v1/query');
check('/workspaces/../api/v1/query');
check(`/workspaces/${'w'.repeat(65)}/api/v1/query`);
check('/workspaces/ws-1/api/v1/__proto__');
check('/workspaces/ws-1/__proto__');

test('no two routes share a path', () => {
  const paths = dataRoutes().map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test('the form for errors is that of the nearest API', () => {
  expect(errorFormOfPath('/workspaces/ws-1/api/v1/x')).toBe('prometheus');
  expect(errorFormOfPath('/workspaces/ws-1/x')).toBe('aws');
});
