// From a group of a configuration to targets: labels are put together, relabelled, and made an address.
//
// Names that begin with `__` are for relabelling; they don't get into series.
import { isIPv6 } from 'node:net';
import type { ScrapeJob, StaticGroup } from './configuration/configuration.ts';
import { type LabelMap, relabel, seriesKey, sortedPairs } from './relabel.ts';

export interface Target {
  readonly url: string;
  /** Labels of all its series, ascending by name. */
  readonly labels: readonly (readonly [string, string])[];
  /** The same for the same target of the same job. */
  readonly key: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Its host is one that was found in the scraper's cluster, and that relabelling left as it was. */
  readonly inCluster: boolean;
}

/** The targets of a group; those that relabelling drops, or leaves without an address, are left out. */
export function targetsOf(job: ScrapeJob, group: StaticGroup): Target[] {
  return group.targets.flatMap((address) => targetOf(job, group, address) ?? []);
}

function targetOf(
  job: ScrapeJob,
  { labels: groupLabels, inCluster = false }: StaticGroup,
  address: string,
): Target | undefined {
  const labels: LabelMap = new Map([
    ['__address__', address],
    ['__scrape_interval__', `${job.intervalMs}ms`],
    ['__scrape_timeout__', `${job.timeoutMs}ms`],
    ['__metrics_path__', job.metricsPath],
    ['__scheme__', job.scheme],
    ['job', job.name],
  ]);
  for (const [name, [first]] of job.params) if (first !== undefined) labels.set(`__param_${name}`, first);
  for (const [name, value] of groupLabels) labels.set(name, value);
  if (!relabel(labels, job.relabelRules)) return undefined;
  const finalAddress = labels.get('__address__');
  if (finalAddress === undefined || finalAddress.includes('/')) return undefined;
  const url = urlOf(job, labels, finalAddress);
  if (url === undefined) return undefined;
  if (!labels.has('instance')) labels.set('instance', finalAddress);
  for (const name of [...labels.keys()]) if (name.startsWith('__')) labels.delete(name);
  const pairs = sortedPairs(labels);
  const { intervalMs, timeoutMs } = job;
  return {
    url,
    labels: pairs,
    key: `${url} ${seriesKey(pairs)}`,
    intervalMs,
    timeoutMs,
    inCluster: inCluster && hostOf(address) === hostOf(finalAddress),
  };
}

/** Without the port; an IPv6 address without a port may stand without brackets. */
function hostOf(address: string): string {
  if (isIPv6(address)) return address;
  return address.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

function urlOf(job: ScrapeJob, labels: LabelMap, address: string): string | undefined {
  const scheme = labels.get('__scheme__');
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  const path = labels.get('__metrics_path__') ?? '';
  const search = new URLSearchParams();
  for (const [name, values] of job.params) for (const value of values.slice(1)) search.append(name, value);
  const firsts = new URLSearchParams();
  for (const [name, value] of labels) {
    if (name.startsWith('__param_')) firsts.append(name.slice('__param_'.length), value);
  }
  const query = [firsts.toString(), search.toString()].filter((text) => text !== '').join('&');
  const text = `${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}${query === '' ? '' : `?${query}`}`;
  try {
    const url = new URL(text);
    // A user in the address, or a fragment, would mean something else than what stands there.
    return url.username === '' && url.password === '' && url.hash === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
