// The routing tree with everything inherited filled in.
//
// 1. An alert goes to the first child that takes it, and to later ones too while those before say
//    `continue`; a node that no child relieves takes the alert itself.
// 2. A route's key is the path of matchers that leads to it. With the group's labels it makes the group
//    key, by which the notification log remembers what was sent.

import type { Labels, Matcher } from '@ampere/series';
import type { RouteConfig } from './config/config.ts';
import { labelSetText } from './label-set.ts';
import { matchersText, matchesAll } from './matcher-text.ts';

export interface Route {
  readonly receiver: string;
  readonly groupBy: ReadonlySet<string> | 'all';
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly matchers: readonly Matcher[];
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  readonly continue: boolean;
  readonly children: readonly Route[];
  /** `{}/{a="b"}`. */
  readonly key: string;
}

const DEFAULTS = {
  receiver: '',
  groupBy: new Set<string>() as ReadonlySet<string> | 'all',
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatIntervalMs: 4 * 3_600_000,
  key: '',
};

/** The tree below a node; time intervals are not inherited. */
export function buildRoute(config: RouteConfig, parent: typeof DEFAULTS = DEFAULTS): Route {
  const text = matchersText(config.matchers);
  const inherited = {
    receiver: config.receiver ?? parent.receiver,
    groupBy: groupByOf(config) ?? parent.groupBy,
    groupWaitMs: config.groupWaitMs ?? parent.groupWaitMs,
    groupIntervalMs: config.groupIntervalMs ?? parent.groupIntervalMs,
    repeatIntervalMs: config.repeatIntervalMs ?? parent.repeatIntervalMs,
    key: parent === DEFAULTS ? text : `${parent.key}/${text}`,
  };
  return {
    ...inherited,
    matchers: config.matchers,
    muteTimeIntervals: config.muteTimeIntervals,
    activeTimeIntervals: config.activeTimeIntervals,
    continue: config.continue,
    children: config.routes.map((child) => buildRoute(child, inherited)),
  };
}

function groupByOf({ groupBy }: RouteConfig): ReadonlySet<string> | 'all' | null {
  return groupBy === null || groupBy === 'all' ? groupBy : new Set(groupBy);
}

/** The routes that an alert takes, in order; none when the node itself doesn't match. */
export function matchRoutes(route: Route, labels: Labels): Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const taken: Route[] = [];
  for (const child of route.children) {
    const below = matchRoutes(child, labels);
    taken.push(...below);
    if (below.length > 0 && !child.continue) break;
  }
  return taken.length > 0 ? taken : [route];
}

/** The labels that an alert's group is known by; those that the alert lacks are absent. */
export function groupLabelsOf(route: Route, labels: Labels): Labels {
  const { groupBy } = route;
  return groupBy === 'all' ? labels : labels.filter((name) => groupBy.has(name));
}

/** `{}/{a="b"}:{alertname="x"}`. */
export function groupKeyOf(route: Route, groupLabels: Labels): string {
  return `${route.key}:${labelSetText(groupLabels)}`;
}
