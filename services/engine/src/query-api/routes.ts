import type { Endpoint } from './endpoint.ts';
import { queryExemplars } from './endpoints/exemplars.ts';
import { haTracker } from './endpoints/ha-tracker.ts';
import { labels, labelValues, series } from './endpoints/labels.ts';
import { limits } from './endpoints/limits.ts';
import { metadata } from './endpoints/metadata.ts';
import { query, queryRange } from './endpoints/query.ts';
import { alerts, rules } from './endpoints/rules.ts';
import { buildInfo, runtimeInfo, tsdb } from './endpoints/status.ts';
import { formatQuery, parseQueryTree } from './endpoints/syntax.ts';

/** Where the paths of this API begin. */
export const QUERY_API_PREFIX = '/prometheus/api/v1/';

export interface Route {
  /** The name in metrics and logs. */
  readonly name: string;
  readonly methods: readonly string[];
  readonly endpoint: Endpoint;
  /** Whether it runs a query: those are logged when they are slow. */
  readonly isQuery: boolean;
}

const GET = ['GET'] as const;
const GET_POST = ['GET', 'POST'] as const;

const ROUTES: ReadonlyMap<string, Route> = new Map(
  (
    [
      ['query', GET_POST, query, true],
      ['query_range', GET_POST, queryRange, true],
      ['query_exemplars', GET_POST, queryExemplars, false],
      ['format_query', GET_POST, formatQuery, false],
      ['parse_query', GET_POST, parseQueryTree, false],
      ['labels', GET_POST, labels, false],
      ['series', GET_POST, series, false],
      ['metadata', GET, metadata, false],
      ['rules', GET, rules, false],
      ['alerts', GET, alerts, false],
      ['status/buildinfo', GET, buildInfo, false],
      ['status/runtimeinfo', GET, runtimeInfo, false],
      ['status/tsdb', GET, tsdb, false],
      ['status/ha_tracker', GET, haTracker, false],
      ['status/limits', GET, limits, false],
    ] as const
  ).map(([name, methods, endpoint, isQuery]) => [name, { name, methods, endpoint, isQuery }]),
);
const LABEL_VALUES: Route = { name: 'label_values', methods: GET, endpoint: labelValues, isQuery: false };

/** The endpoint of an encoded path and the label in it, or undefined when there is none. */
export function findRoute(path: string): { readonly route: Route; readonly pathLabel: string } | undefined {
  if (!path.startsWith(QUERY_API_PREFIX)) return undefined;
  const name = path.slice(QUERY_API_PREFIX.length);
  const route = ROUTES.get(name);
  if (route !== undefined) return { route, pathLabel: '' };
  const label = /^label\/([^/]+)\/values$/.exec(name);
  return label === null ? undefined : { route: LABEL_VALUES, pathLabel: label[1]! };
}
