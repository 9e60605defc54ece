// Alertmanager's HTTP API v2 for one workspace, and the record of notifications, which is ours.
//
// 1. A workspace without an alert manager definition answers 404 to everything, as Cortex does.
// 2. A call costs a token of `alert_manager_tps`.
// 3. Refusals have Alertmanager's forms and texts: a JSON string for what its parts refuse, `{code, message}`
//    for what its schema refuses.

import {
  type Alert,
  AlertmanagerError,
  anchored,
  ConfigError,
  matchesAll,
  parseMatcher,
  regexFault,
  type Silence,
  silenceState,
} from '@ampere/alertmanager';
import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import { limitMessage } from '@ampere/limits';
import { compileRegex, type Labels, type Matcher } from '@ampere/series';
import { Parameters } from '../query-api/parameters.ts';
import { emptyBody, jsonResponse, SchemaError, schemaErrorResponse } from './api-errors.ts';
import { readAlerts, readSilence } from './request-bodies.ts';
import { statusOf } from './status.ts';
import type { RunningAlertManager, WorkspaceAlertManager } from './workspace-alert-manager.ts';

const PREFIX = '/alertmanager/';
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
/** What go-openapi takes for true; every other text is false. */
const TRUE = new Set(['true', '1', 'yes', 'ok', 'y', 'on', 'selected', 'checked', 't', 'enabled']);
const NOT_CONFIGURED = 'the Alertmanager is not configured';

interface Call {
  readonly workspace: WorkspaceAlertManager;
  readonly running: RunningAlertManager;
  readonly parameters: Parameters;
  readonly body: Uint8Array;
  /** Of `silence/{id}`. */
  readonly id: string;
}

type Operation = (call: Call) => EngineResponse | Promise<EngineResponse>;

const OPERATIONS: ReadonlyMap<string, Readonly<Record<string, Operation>>> = new Map([
  ['api/v2/status', { GET: ({ running }) => jsonResponse(statusOf(running)) }],
  ['api/v2/receivers', { GET: receivers }],
  ['api/v2/alerts', { GET: listAlerts, POST: postAlerts }],
  ['api/v2/alerts/groups', { GET: listGroups }],
  ['api/v2/silences', { GET: listSilences, POST: postSilence }],
  ['api/v2/silence/{id}', { GET: getSilence, DELETE: deleteSilence }],
  ['notifications', { GET: ({ workspace }) => jsonResponse({ notifications: workspace.record.list() }) }],
]);

/** Answers a request under `/alertmanager/`; `workspace` is undefined when it never had a definition. */
export async function handleAlertManagerRequest(
  request: EngineRequest,
  workspace: WorkspaceAlertManager | undefined,
): Promise<EngineResponse> {
  const path = request.path.slice(PREFIX.length);
  const silence = /^(api\/v2\/silence)\/([^/]+)$/.exec(path);
  const operations = OPERATIONS.get(silence === null ? path : `${silence[1]}/{id}`);
  if (operations === undefined)
    return schemaErrorResponse(new SchemaError(404, `path ${path} was not found`));
  const operation = operations[request.method];
  if (operation === undefined) {
    const allowed = Object.keys(operations).join(',');
    const text = `method ${request.method} is not allowed, but [${allowed}] are`;
    return schemaErrorResponse(new SchemaError(405, text));
  }
  // Right after the first definition was put, its state may still be read.
  if (workspace?.running === undefined) await workspace?.settled();
  const running = workspace?.running;
  if (workspace === undefined || running === undefined) return jsonResponse(NOT_CONFIGURED, 404);
  if (!workspace.tokens.take()) {
    const retryAfter = String(Math.max(1, Math.ceil(workspace.tokens.waitMs() / 1000)));
    const refused = jsonResponse(
      limitMessage('alert_manager_tps', { limit: workspace.callsPerSecondMax }),
      429,
    );
    return { ...refused, headers: { ...refused.headers, 'retry-after': retryAfter } };
  }
  const parameters = new Parameters(request.search);
  try {
    return await operation({ workspace, running, parameters, body: request.body, id: silence?.[2] ?? '' });
  } catch (error) {
    if (error instanceof SchemaError) return schemaErrorResponse(error);
    if (error instanceof AlertmanagerError) return jsonResponse(error.message, error.status);
    throw error;
  }
}

function receivers({ running }: Call): EngineResponse {
  return jsonResponse(running.definition.config.receivers.map(({ name }) => ({ name })));
}

function listAlerts(call: Call): EngineResponse {
  const takes = filterOf(call);
  const isReceiver = receiverFilter(call.parameters.first('receiver'));
  const shown = call.running.manager
    .alerts()
    .filter((view) => takes(view) && view.receivers.some(isReceiver))
    .map((view) => alertJson(view.alert, view, view.receivers));
  return jsonResponse(shown);
}

function listGroups(call: Call): EngineResponse {
  const takes = filterOf(call);
  const isReceiver = receiverFilter(call.parameters.first('receiver'));
  const views = new Map(call.running.manager.alerts().map((view) => [view.alert.fingerprint, view]));
  const groups = call.running.manager
    .groups()
    .filter(({ receiver }) => isReceiver(receiver))
    .map(({ alerts, ...group }) => {
      const shown = alerts.flatMap((alert) => {
        const view = views.get(alert.fingerprint);
        return view !== undefined && takes(view) ? [{ alert, view }] : [];
      });
      return { ...group, shown };
    })
    .filter(({ shown }) => shown.length > 0);
  const receiversOf = new Map<string, string[]>();
  for (const { shown, receiver } of groups) {
    for (const { alert } of shown) {
      const known = receiversOf.get(alert.fingerprint);
      if (known === undefined) receiversOf.set(alert.fingerprint, [receiver]);
      else known.push(receiver);
    }
  }
  return jsonResponse(
    groups.map(({ labels, receiver, shown }) => ({
      alerts: shown.map(({ alert, view }) =>
        alertJson(alert, view, [...receiversOf.get(alert.fingerprint)!].sort()),
      ),
      labels: record(labels),
      receiver: { name: receiver },
    })),
  );
}

function postAlerts({ workspace, running, body }: Call): EngineResponse {
  workspace.post(running.manager, readAlerts(body));
  return emptyBody(200);
}

function listSilences({ running, parameters, workspace }: Call): EngineResponse {
  const wanted = parameters.all('filter').map(matcherOf);
  const nowMs = workspace.clock.nowMs();
  const shown = running.manager.silences
    .list()
    .filter((silence) => wanted.every((matcher) => hasMatcher(silence, matcher)));
  return jsonResponse(shown.map((silence) => silenceJson(silence, nowMs)));
}

async function postSilence({ workspace, running, body }: Call): Promise<EngineResponse> {
  const silenceID = running.manager.silences.set(readSilence(body));
  await workspace.saveSilences();
  return jsonResponse({ silenceID });
}

function getSilence({ workspace, running, id }: Call): EngineResponse {
  const silence = running.manager.silences.get(checkedId(id));
  if (silence === undefined) return emptyBody(404);
  return jsonResponse(silenceJson(silence, workspace.clock.nowMs()));
}

async function deleteSilence({ workspace, running, id }: Call): Promise<EngineResponse> {
  running.manager.silences.expire(checkedId(id));
  await workspace.saveSilences();
  return emptyBody(200);
}

function checkedId(id: string): string {
  if (UUID.test(id)) return id;
  throw new SchemaError(601, `silenceID in path must be of type uuid: ${JSON.stringify(id)}`);
}

type View = ReturnType<RunningAlertManager['manager']['alerts']>[number];

/** By matchers of the labels, and whether active, silenced and inhibited ones are wanted. */
function filterOf({ parameters }: Call): (view: View) => boolean {
  const matchers = parameters.all('filter').map(matcherOf);
  const wants = (name: string) => {
    const text = parameters.first(name);
    return text === '' || TRUE.has(text.toLowerCase());
  };
  const [active, silenced, inhibited] = [wants('active'), wants('silenced'), wants('inhibited')];
  return ({ alert, silencedBy, inhibitedBy }) => {
    const isActive = silencedBy.length === 0 && inhibitedBy.length === 0;
    if (!active && isActive) return false;
    if (!silenced && silencedBy.length > 0) return false;
    if (!inhibited && inhibitedBy.length > 0) return false;
    return matchesAll(matchers, alert.labels);
  };
}

function matcherOf(text: string): Matcher {
  try {
    return parseMatcher(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new AlertmanagerError(400, error.message);
  }
}

function receiverFilter(pattern: string): (receiver: string) => boolean {
  if (pattern === '') return () => true;
  const fault = regexFault(anchored(pattern));
  if (fault !== null) throw new AlertmanagerError(400, `failed to parse receiver param: ${fault}`);
  const compiled = compileRegex(pattern);
  return (receiver) => compiled.test(receiver);
}

function hasMatcher({ matchers }: Silence, { name, kind, value }: Matcher): boolean {
  return matchers.some(
    (own) =>
      own.name === name &&
      own.value === value &&
      own.isRegex === kind.endsWith('~') &&
      own.isEqual === kind.startsWith('='),
  );
}

function alertJson(
  alert: Alert,
  { silencedBy, inhibitedBy }: Pick<View, 'silencedBy' | 'inhibitedBy'>,
  names: readonly string[],
): unknown {
  return {
    annotations: Object.fromEntries(alert.annotations),
    endsAt: timeText(alert.endsAtMs),
    fingerprint: alert.fingerprint,
    receivers: names.map((name) => ({ name })),
    startsAt: timeText(alert.startsAtMs),
    status: {
      inhibitedBy,
      silencedBy,
      state: silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active',
    },
    updatedAt: timeText(alert.updatedAtMs),
    ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
    labels: record(alert.labels),
  };
}

function silenceJson(silence: Silence, nowMs: number): unknown {
  return {
    id: silence.id,
    status: { state: silenceState(silence, nowMs) },
    updatedAt: timeText(silence.updatedAtMs),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: timeText(silence.endsAtMs),
    matchers: silence.matchers.map(({ isEqual, isRegex, name, value }) => ({
      isEqual,
      isRegex,
      name,
      value,
    })),
    startsAt: timeText(silence.startsAtMs),
  };
}

function timeText(timeMs: number): string {
  return new Date(Math.floor(timeMs)).toISOString();
}

/** Without a prototype, so that a label may be called `__proto__`. */
function record(labels: Labels): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of labels) fields[name] = value;
  return fields;
}
