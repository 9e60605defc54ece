// The endpoints by path. Adding one is adding a row; the kind says where it runs and whether it waits for
// its turn.

import type { ReadEndpoint, StateEndpoint } from './endpoint.ts';
import { queryExemplars } from './endpoints/exemplars.ts';
import { haTracker } from './endpoints/ha-tracker.ts';
import { labels, labelValues, series } from './endpoints/labels.ts';
import { limits } from './endpoints/limits.ts';
import { metadata } from './endpoints/metadata.ts';
import { cancelQuery, queries } from './endpoints/queries.ts';
import { query, queryRange } from './endpoints/query.ts';
import { read as remoteRead } from './endpoints/read.ts';
import { ruleStatus, whyRule } from './endpoints/rule-insight.ts';
import { alerts, rules } from './endpoints/rules.ts';
import { buildInfo, runtimeInfo, tsdb } from './endpoints/status.ts';
import { formatQuery, parseQueryTree } from './endpoints/syntax.ts';

/** Where the paths of this API begin. */
export const QUERY_API_PREFIX = '/prometheus/api/v1/';

interface RouteBase {
  /** The name in metrics and logs. */
  readonly name: string;
  readonly methods: readonly string[];
}

/** Work that waits for its turn and may run on a query thread: it is listed, logged and can be ended. */
export interface ReadRoute extends RouteBase {
  readonly kind: 'read';
  readonly endpoint: ReadEndpoint;
  /** Errors are a line of text instead of JSON. */
  readonly isPlainText?: true;
}

/** A quick look at what the engine's thread keeps. */
export interface StateRoute extends RouteBase {
  readonly kind: 'state';
  readonly endpoint: StateEndpoint;
}

export type Route = ReadRoute | StateRoute;

const GET = ['GET'] as const;
const GET_POST = ['GET', 'POST'] as const;

const ROUTES: ReadonlyMap<string, Route> = new Map([
  read('query', GET_POST, query),
  read('query_range', GET_POST, queryRange),
  read('format_query', GET_POST, formatQuery),
  read('parse_query', GET_POST, parseQueryTree),
  read('labels', GET_POST, labels),
  read('series', GET_POST, series),
  ['read', { kind: 'read', name: 'read', methods: ['POST'], endpoint: remoteRead, isPlainText: true }],
  state('metadata', metadata),
  state('rules', rules),
  state('alerts', alerts),
  state('rules/status', ruleStatus),
  state('rules/why', whyRule),
  state('status/buildinfo', buildInfo),
  state('status/runtimeinfo', runtimeInfo),
  state('status/tsdb', tsdb),
  state('status/ha_tracker', haTracker),
  state('status/limits', limits),
  state('status/queries', queries),
  // The ring of exemplars is small, and kept by the engine's thread.
  [
    'query_exemplars',
    { kind: 'state', name: 'query_exemplars', methods: GET_POST, endpoint: queryExemplars },
  ],
]);

/** Routes with one segment of the path left open. */
const PATTERNS: readonly (readonly [pattern: RegExp, route: Route])[] = [
  [/^label\/([^/]+)\/values$/, { kind: 'read', name: 'label_values', methods: GET, endpoint: labelValues }],
  [
    /^status\/queries\/([^/]+)$/,
    { kind: 'state', name: 'cancel_query', methods: ['POST', 'DELETE'], endpoint: cancelQuery },
  ],
];

function read(name: string, methods: readonly string[], endpoint: ReadEndpoint): [string, Route] {
  return [name, { kind: 'read', name, methods, endpoint }];
}

function state(name: string, endpoint: StateEndpoint): [string, Route] {
  return [name, { kind: 'state', name, methods: GET, endpoint }];
}

export interface FoundRoute {
  readonly route: Route;
  /** The open segment of the path, still encoded; empty when the route has none. */
  readonly pathLabel: string;
}

/** The endpoint of an encoded path, or undefined when there is none. */
export function findRoute(path: string): FoundRoute | undefined {
  if (!path.startsWith(QUERY_API_PREFIX)) return undefined;
  const name = path.slice(QUERY_API_PREFIX.length);
  const route = ROUTES.get(name);
  if (route !== undefined) return { route, pathLabel: '' };
  for (const [pattern, one] of PATTERNS) {
    const match = pattern.exec(name);
    if (match !== null) return { route: one, pathLabel: match[1]! };
  }
  return undefined;
}
