// A scraper's cluster: what is in it, and how targets in it are asked.
//
// 1. Objects are listed page by page. A list that expired between two pages (410 Gone) is begun again, once.
//    What was listed a moment ago is used again, as the jobs of a configuration look at the same objects.
// 2. The kubeconfig is read again with every round of lists, as tokens in files change.
// 3. The name that the API server has inside of the cluster leads to the kubeconfig's server, with its
//    certificate authority. There, and nowhere else, the address is the operator's and not the tenant's.
// 4. The cluster's credentials belong to the operator. Beside the API server they go only to hosts that were
//    found in the cluster, over TLS, to a certificate of the cluster's authority: a tenant who writes a
//    configuration can't send them to a server of their own.
import type { Clock, Disk } from '@ampere/platform';
import type { KubernetesDiscovery, KubernetesRole } from '../configuration/configuration.ts';
import { FetchError, type FetchedBody, type FetchRequest, type FetchTarget } from '../fetch.ts';
import { type ClusterAccess, KubeconfigError, readKubeconfig } from './kubeconfig.ts';
import type { Labels } from './meta-labels.ts';
import type { EndpointSlice, Endpoints, Ingress, KubernetesObject, Node, Pod, Service } from './objects.ts';
import { clusterTargets } from './targets.ts';

export interface ClusterOptions {
  /** The path of its kubeconfig; undefined when there is none (any more). */
  readonly kubeconfig: string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Asks the server that the kubeconfig names. */
  readonly fetchServer: FetchTarget;
  /** Asks addresses that tenants choose. */
  readonly fetchTarget: FetchTarget;
}

/** A cluster that can't be asked, or doesn't answer as one; the text says why. */
export class ClusterError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterError';
  }
}

/** How often a cluster's objects are listed. */
export const CLUSTER_REFRESH_MS = 30_000;
/** What is younger is not asked for again. */
const FRESH_MS = CLUSTER_REFRESH_MS / 2;
const PAGE_OBJECTS = 500;
const PAGE_BYTES_MAX = 32 * 1024 * 1024;
const LIST_OBJECTS_MAX = 20_000;
const LIST_BYTES_MAX = 128 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
const SERVER_NAME = /^kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?$/;

const RESOURCES: Readonly<Record<KubernetesRole, readonly [group: string, resource: string]>> = {
  node: ['/api/v1', 'nodes'],
  pod: ['/api/v1', 'pods'],
  service: ['/api/v1', 'services'],
  endpoints: ['/api/v1', 'endpoints'],
  endpointslice: ['/apis/discovery.k8s.io/v1', 'endpointslices'],
  ingress: ['/apis/networking.k8s.io/v1', 'ingresses'],
};

interface Kept<T> {
  readonly atMs: number;
  readonly value: Promise<T>;
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #lists = new Map<string, Kept<KubernetesObject[]>>();
  #access: Kept<ClusterAccess> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** What a discovery finds: the labels of each target. @throws ClusterError, KubeconfigError */
  async find(discovery: KubernetesDiscovery): Promise<Labels[]> {
    const { role, namespaces } = discovery;
    const isService = role === 'endpoints' || role === 'endpointslice';
    const nodes =
      role === 'node' || discovery.attachNode ? await this.#list<Node>('node', undefined, discovery) : [];
    const targets: Labels[] = [];
    const places = role === 'node' || namespaces.length === 0 ? [undefined] : namespaces;
    for (const namespace of places) {
      const list = <T extends KubernetesObject>(
        kind: KubernetesRole,
        isWanted = role === kind,
      ): Promise<T[]> => (isWanted ? this.#list<T>(kind, namespace, discovery) : Promise.resolve([]));
      const objects = {
        nodes,
        pods: await list<Pod>('pod', isService || role === 'pod'),
        services: await list<Service>('service', isService || role === 'service'),
        endpoints: await list<Endpoints>('endpoints'),
        slices: await list<EndpointSlice>('endpointslice'),
        ingresses: await list<Ingress>('ingress'),
      };
      for (const labels of clusterTargets(role, objects)) targets.push(labels);
    }
    return targets;
  }

  /** Asks a target, which may be in the cluster or the API server itself. Rejects with a FetchError. */
  async fetch(request: FetchRequest): Promise<FetchedBody> {
    const { credentials = false, authority = false, found = false } = request.cluster ?? {};
    const url = new URL(request.url);
    const isServer = url.protocol === 'https:' && url.port === '' && SERVER_NAME.test(url.hostname);
    if (!isServer && !credentials && !authority) return this.#options.fetchTarget(request);
    const access = await this.#readAccess().catch((error: unknown) => {
      if (error instanceof KubeconfigError) throw new FetchError(error.message, { cause: error });
      throw error;
    });
    if (isServer) {
      return this.#options.fetchServer({
        ...request,
        ...(credentials ? withCredentials(request, access) : { tls: authorityOf(access) }),
        url: `${access.server}${url.pathname}${url.search}`,
        verifyCertificates: access.verifyCertificates,
        serverName: access.serverName,
        followRedirects: false,
      });
    }
    if (!credentials) return this.#options.fetchTarget({ ...request, tls: authorityOf(access) });
    const isVerifiable = access.verifyCertificates && access.tls.ca !== undefined;
    if (!found || url.protocol !== 'https:' || !isVerifiable) {
      throw new FetchError(
        "the cluster's credentials go to its API server, and to hosts found in the cluster over https whose certificates the kubeconfig's authority verifies",
      );
    }
    return this.#options.fetchTarget({
      ...request,
      ...withCredentials(request, access),
      verifyCertificates: true,
      followRedirects: false,
    });
  }

  #readAccess(): Promise<ClusterAccess> {
    const { kubeconfig, disk, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#access === undefined || nowMs - this.#access.atMs >= FRESH_MS) {
      const value =
        kubeconfig === undefined
          ? Promise.reject(new KubeconfigError('this server has no kubeconfig for the cluster'))
          : readKubeconfig(kubeconfig, disk);
      this.#access = { atMs: nowMs, value };
      value.catch(() => {
        if (this.#access?.value === value) this.#access = undefined;
      });
    }
    return this.#access.value;
  }

  #list<T extends KubernetesObject>(
    kind: KubernetesRole,
    namespace: string | undefined,
    { selectors }: KubernetesDiscovery,
  ): Promise<T[]> {
    const [group, resource] = RESOURCES[kind];
    const path = `${group}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}`;
    const search = new URLSearchParams({ limit: String(PAGE_OBJECTS) });
    const { label = '', field = '' } = selectors.get(kind) ?? {};
    if (label !== '') search.set('labelSelector', label);
    if (field !== '') search.set('fieldSelector', field);
    const nowMs = this.#options.clock.monotonicMs();
    for (const [key, { atMs }] of this.#lists) if (nowMs - atMs >= FRESH_MS) this.#lists.delete(key);
    const key = `${path}?${search}`;
    const kept = this.#lists.get(key);
    if (kept !== undefined) return kept.value as Promise<T[]>;
    const value = this.#listAll(path, search);
    this.#lists.set(key, { atMs: nowMs, value });
    value.catch(() => {
      if (this.#lists.get(key)?.value === value) this.#lists.delete(key);
    });
    return value as Promise<T[]>;
  }

  async #listAll(path: string, search: URLSearchParams): Promise<KubernetesObject[]> {
    const access = await this.#readAccess();
    const objects: KubernetesObject[] = [];
    let bytes = 0;
    let isSecond = false;
    for (let next: string | undefined = ''; next !== undefined; ) {
      const query = new URLSearchParams(search);
      if (next !== '') query.set('continue', next);
      const answer = await this.#ask(access, `${path}?${query}`);
      if (answer.status === 410 && next !== '' && !isSecond) {
        isSecond = true;
        next = '';
        bytes = 0;
        objects.length = 0;
        continue;
      }
      const page = readPage(answer, path);
      bytes += answer.body.length;
      for (const object of page.items) objects.push(object);
      if (objects.length > LIST_OBJECTS_MAX || bytes > LIST_BYTES_MAX) {
        throw new ClusterError(
          `${path} has more than ${LIST_OBJECTS_MAX} objects or ${LIST_BYTES_MAX} bytes: narrow it with namespaces or selectors`,
        );
      }
      next = page.next;
    }
    return objects;
  }

  async #ask(access: ClusterAccess, target: string): Promise<FetchedBody> {
    try {
      return await this.#options.fetchServer({
        url: access.server + target,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': 'Ampere-scraper',
          ...(access.authorization === undefined ? {} : { authorization: access.authorization }),
        },
        timeoutMs: TIMEOUT_MS,
        bodyBytesMax: PAGE_BYTES_MAX,
        followRedirects: false,
        verifyCertificates: access.verifyCertificates,
        serverName: access.serverName,
        tls: access.tls,
      });
    } catch (error) {
      if (error instanceof FetchError) throw new ClusterError(error.message, { cause: error });
      throw error;
    }
  }
}

function authorityOf({ tls: { ca } }: ClusterAccess): NonNullable<FetchRequest['tls']> {
  return ca === undefined ? {} : { ca };
}

function withCredentials(
  { headers }: FetchRequest,
  { authorization, tls }: ClusterAccess,
): Pick<FetchRequest, 'headers' | 'tls'> {
  return { tls, headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) } };
}

/** A page of a list, and what to ask for the next one with. */
function readPage(
  answer: FetchedBody,
  path: string,
): { items: KubernetesObject[]; next: string | undefined } {
  const text = new TextDecoder().decode(answer.body);
  if (answer.status !== 200) {
    throw new ClusterError(`${path}: HTTP status ${answer.status}${statusMessage(text)}`);
  }
  const list = parsed(text) as { items?: unknown; metadata?: { continue?: unknown } } | undefined;
  // Go writes an empty list as null.
  const items = list?.items ?? [];
  if (list === undefined || !Array.isArray(items) || !items.every(isObject)) {
    throw new ClusterError(`${path}: the answer is no list of Kubernetes objects`);
  }
  for (const { metadata } of items as { metadata?: { managedFields?: unknown } }[]) {
    // Often most of an object, and of no use here.
    if (metadata?.managedFields !== undefined) delete metadata.managedFields;
  }
  const next = list.metadata?.continue;
  return { items, next: typeof next === 'string' && next !== '' ? next : undefined };
}

/** What a Status object says of itself. */
function statusMessage(text: string): string {
  const message = (parsed(text) as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? `: ${message.slice(0, 300)}` : '';
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON, and so nothing that an API server sends.
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
