// The data plane's routes: everything under /workspaces/{id}/ that goes to the engine.
//
// Adding a route is adding a row. A path is matched on its raw, still encoded form, by one map
// look-up; paths with a parameter are few and tried after it.

import type { ErrorForm } from './error-forms.ts';

export interface DataRoute {
  /** Under `/workspaces/{id}/`; one `{parameter}` stands for one non-empty raw segment. */
  readonly path: string;
  readonly methods: readonly string[];
  /** What the caller must be allowed on the workspace, by method. */
  readonly actions: Readonly<Record<string, string>>;
  /** Cortex path; the parameter is put in as received. */
  readonly enginePath: string;
  readonly errorForm: ErrorForm;
  /** The Content-Encoding of request bodies that the engine understands; others are refused. */
  readonly bodyEncoding: 'snappy' | undefined;
  /** The route as a metric label and in logs. */
  readonly name: string;
}

export interface DataRouteMatch {
  readonly route: DataRoute;
  readonly workspaceId: string;
  /** Percent-encoded as on the wire. */
  readonly enginePath: string;
}

const GET: readonly string[] = ['GET'];
const POST: readonly string[] = ['POST'];
const POST_DELETE: readonly string[] = ['POST', 'DELETE'];
const GET_POST: readonly string[] = ['GET', 'POST'];

const API = '/prometheus/api/v1';

const ROUTES: readonly DataRoute[] = [
  snappy('api/v1/remote_write', 'aps:RemoteWrite', '/api/v1/push', 'text'),
  snappy('api/v1/read', 'aps:QueryMetrics', `${API}/read`, 'text'),
  query('api/v1/query', GET_POST, 'aps:QueryMetrics', `${API}/query`),
  query('api/v1/query_range', GET_POST, 'aps:QueryMetrics', `${API}/query_range`),
  query('api/v1/query_exemplars', GET_POST, 'aps:QueryMetrics', `${API}/query_exemplars`),
  query('api/v1/format_query', GET_POST, 'aps:QueryMetrics', `${API}/format_query`),
  query('api/v1/parse_query', GET_POST, 'aps:QueryMetrics', `${API}/parse_query`),
  query('api/v1/labels', GET_POST, 'aps:GetLabels', `${API}/labels`),
  query('api/v1/label/{name}/values', GET, 'aps:GetLabels', `${API}/label/{name}/values`),
  query('api/v1/series', GET_POST, 'aps:GetSeries', `${API}/series`),
  query('api/v1/metadata', GET, 'aps:GetMetricMetadata', `${API}/metadata`),
  query('api/v1/rules', GET, 'aps:ListRules', `${API}/rules`),
  // Where the service's 2021 guide puts it.
  query('alertmanager/api/v1/rules', GET, 'aps:ListRules', `${API}/rules`),
  query('api/v1/alerts', GET, 'aps:ListAlerts', `${API}/alerts`),
  // Ours: how rules fare, and why one was or wasn't firing.
  query('api/v1/rules/status', GET, 'aps:ListRules', `${API}/rules/status`),
  query('api/v1/rules/why', GET, 'aps:QueryMetrics', `${API}/rules/why`),
  query('api/v1/status/buildinfo', GET, 'aps:QueryMetrics', `${API}/status/buildinfo`),
  query('api/v1/status/runtimeinfo', GET, 'aps:QueryMetrics', `${API}/status/runtimeinfo`),
  query('api/v1/status/tsdb', GET, 'aps:QueryMetrics', `${API}/status/tsdb`),
  // Ours: blocks that were put beside the database (`ampere import`).
  query('api/v1/import', POST, 'aps:ImportBlocks', '/api/v1/import'),
  // Ours, like the service's own ones in form.
  query('api/v1/status/ha_tracker', GET, 'aps:QueryMetrics', `${API}/status/ha_tracker`),
  query('api/v1/status/limits', GET, 'aps:QueryMetrics', `${API}/status/limits`),
  query('api/v1/status/queries', GET, 'aps:QueryMetrics', `${API}/status/queries`),
  // No managed policy for reading has it.
  query('api/v1/status/queries/{id}', POST_DELETE, 'aps:CancelQuery', `${API}/status/queries/{id}`),
  alertManager('status', { GET: 'aps:GetAlertManagerStatus' }),
  alertManager('receivers', { GET: 'aps:ListAlertManagerReceivers' }),
  alertManager('alerts', { GET: 'aps:ListAlertManagerAlerts', POST: 'aps:CreateAlertManagerAlerts' }),
  alertManager('alerts/groups', { GET: 'aps:ListAlertManagerAlertGroups' }),
  alertManager('silences', { GET: 'aps:ListAlertManagerSilences', POST: 'aps:PutAlertManagerSilences' }),
  alertManager('silence/{id}', {
    GET: 'aps:GetAlertManagerSilence',
    DELETE: 'aps:DeleteAlertManagerSilence',
  }),
  // Ours: what was sent last, and what was muted.
  {
    ...alertManager('', { GET: 'aps:GetAlertManagerStatus' }),
    path: 'alertmanager/notifications',
    enginePath: '/alertmanager/notifications',
    name: '/workspaces/{id}/alertmanager/notifications',
  },
];

function query(path: string, methods: readonly string[], action: string, enginePath: string): DataRoute {
  const name = `/workspaces/{id}/${path}`;
  const actions = Object.fromEntries(methods.map((method) => [method, action]));
  return { path, methods, actions, enginePath, errorForm: 'prometheus', bodyEncoding: undefined, name };
}

/** Of Alertmanager's API v2. */
function alertManager(endpoint: string, actions: Readonly<Record<string, string>>): DataRoute {
  const path = `alertmanager/api/v2/${endpoint}`;
  return {
    path,
    methods: Object.keys(actions),
    actions,
    enginePath: `/${path}`,
    errorForm: 'aws',
    bodyEncoding: undefined,
    name: `/workspaces/{id}/${path}`,
  };
}

function snappy(path: string, action: string, enginePath: string, errorForm: ErrorForm): DataRoute {
  const name = `/workspaces/{id}/${path}`;
  const actions = { POST: action };
  return { path, methods: POST, actions, enginePath, errorForm, bodyEncoding: 'snappy', name };
}

interface ParameterRoute {
  readonly route: DataRoute;
  readonly before: string;
  readonly after: string;
}

const EXACT = new Map<string, DataRoute>();
const WITH_PARAMETER: ParameterRoute[] = [];
for (const route of ROUTES) {
  const [before, after] = route.path.split(/\{[^}]*\}/);
  if (after === undefined) EXACT.set(route.path, route);
  else WITH_PARAMETER.push({ route, before: before!, after });
}

/**
 * Remote write under the URL of Azure Monitor's data collection rules, to which senders set up for Azure write. The
 * rule's id stands for a workspace, and a query tells the version of that API, which changes nothing here.
 */
const COLLECTION_RULE: DataRoute = {
  ...EXACT.get('api/v1/remote_write')!,
  name: '/dataCollectionRules/{id}/streams/Microsoft-PrometheusMetrics/api/v1/write',
};
const COLLECTION_RULE_PREFIX = '/dataCollectionRules/';
const COLLECTION_RULE_PATH = 'streams/Microsoft-PrometheusMetrics/api/v1/write';

/** Every data-plane route, for tests and documentation. */
export function dataRoutes(): readonly DataRoute[] {
  return ROUTES;
}

const PREFIX = '/workspaces/';
const NO_RULES: ReadonlyMap<string, string> = new Map();

/** Ids the service gives out and those its API model allows, minus what would need decoding. */
const WORKSPACE_ID = /^[A-Za-z0-9][-.\w]{0,63}$/;

/**
 * Finds the route of a raw path, whatever the method; looks at no stored state.
 *
 * @param collectionRules workspaces by the ids of data collection rules; one that isn't there is a workspace's own id
 */
export function matchDataRoute(
  rawPath: string,
  collectionRules: ReadonlyMap<string, string> = NO_RULES,
): DataRouteMatch | undefined {
  if (!rawPath.startsWith(PREFIX)) return matchCollectionRule(rawPath, collectionRules);
  const slash = rawPath.indexOf('/', PREFIX.length);
  if (slash === -1) return undefined;
  const workspaceId = rawPath.slice(PREFIX.length, slash);
  if (!WORKSPACE_ID.test(workspaceId)) return undefined;
  const path = rawPath.slice(slash + 1);
  const exact = EXACT.get(path);
  if (exact !== undefined) return { route: exact, workspaceId, enginePath: exact.enginePath };
  for (const { route, before, after } of WITH_PARAMETER) {
    if (path.length <= before.length + after.length) continue;
    if (!path.startsWith(before) || !path.endsWith(after)) continue;
    const parameter = path.slice(before.length, path.length - after.length);
    if (parameter.includes('/')) continue;
    // A function, because `$&` in a replacement string would be expanded.
    return { route, workspaceId, enginePath: route.enginePath.replace(/\{[^}]*\}/, () => parameter) };
  }
  return undefined;
}

function matchCollectionRule(
  rawPath: string,
  collectionRules: ReadonlyMap<string, string>,
): DataRouteMatch | undefined {
  if (!rawPath.startsWith(COLLECTION_RULE_PREFIX)) return undefined;
  const slash = rawPath.indexOf('/', COLLECTION_RULE_PREFIX.length);
  const id = rawPath.slice(COLLECTION_RULE_PREFIX.length, Math.max(slash, 0));
  if (!WORKSPACE_ID.test(id) || rawPath.slice(slash + 1) !== COLLECTION_RULE_PATH) return undefined;
  const workspaceId = collectionRules.get(id) ?? id;
  return { route: COLLECTION_RULE, workspaceId, enginePath: COLLECTION_RULE.enginePath };
}

/** The error form for a path that leads nowhere: that of the API it is nearest to. */
export function errorFormOfPath(rawPath: string): ErrorForm {
  return /^\/workspaces\/[^/]*\/api\/v1\//.test(rawPath) ? 'prometheus' : 'aws';
}
