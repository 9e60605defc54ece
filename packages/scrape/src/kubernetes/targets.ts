// From objects of a cluster to what may be scraped: one map of labels, `__address__` among them, for each target
// that relabelling will see. The rules for each role are those of Prometheus' documentation of
// kubernetes_sd_config; `targets.real.test.ts` compares them with a real Prometheus.
//
// 1. A node is a target at its kubelet, a pod one for each port of each container, a service one for each of
//    its ports, an ingress one for each path of its rules.
// 2. Endpoints and endpoint slices are a target for each address and port. One that is a pod has that pod's
//    labels too, and the ports of its containers that no endpoint has are targets as well.
import type { KubernetesRole } from '../configuration/configuration.ts';
import {
  hostPort,
  keyOf,
  type Labels,
  put,
  putAttachedNode,
  putContainerPort,
  putMeta,
  putPod,
  putTopology,
  sanitized,
} from './meta-labels.ts';
import type {
  ClusterObjects,
  Container,
  ContainerPort,
  EndpointAddress,
  EndpointPort,
  EndpointSlice,
  Endpoints,
  Ingress,
  Node,
  ObjectReference,
  Pod,
  Service,
  SliceEndpoint,
} from './objects.ts';

/** Objects that others refer to. */
interface Known {
  readonly pods: ReadonlyMap<string, Pod>;
  readonly services: ReadonlyMap<string, Service>;
  /** Empty when nodes aren't to be attached. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/** All targets of a role. `objects.nodes` are attached where there are any. */
export function clusterTargets(role: KubernetesRole, objects: ClusterObjects): Labels[] {
  const known: Known = {
    pods: new Map(objects.pods.map((pod) => [keyOf(pod.metadata), pod])),
    services: new Map(objects.services.map((service) => [keyOf(service.metadata), service])),
    nodes: new Map(objects.nodes.map((node) => [node.metadata?.name ?? '', node])),
  };
  switch (role) {
    case 'node':
      return objects.nodes.flatMap(nodeTargets);
    case 'pod':
      return objects.pods.flatMap((pod) => podTargets(pod, known));
    case 'service':
      return objects.services.flatMap(serviceTargets);
    case 'ingress':
      return objects.ingresses.flatMap(ingressTargets);
    case 'endpoints':
      return objects.endpoints.flatMap((endpoints) => endpointsTargets(endpoints, known));
    case 'endpointslice':
      return objects.slices.flatMap((slice) => sliceTargets(slice, known));
  }
}

function target(group: Labels, address: string): Labels {
  return new Map(group).set('__address__', address);
}

const NODE_ADDRESSES = ['InternalIP', 'InternalDNS', 'ExternalIP', 'ExternalDNS', 'LegacyHostIP', 'Hostname'];

function nodeTargets({ metadata, spec, status }: Node): Labels[] {
  const addresses = new Map<string, string>();
  for (const { type = '', address = '' } of status?.addresses ?? []) {
    if (!addresses.has(type)) addresses.set(type, address);
  }
  const chosen = NODE_ADDRESSES.find((type) => addresses.has(type));
  if (chosen === undefined) return [];
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0;
  const labels = target(new Map(), hostPort(addresses.get(chosen)!, port));
  labels.set('instance', metadata?.name ?? '');
  putMeta(labels, 'node', metadata);
  put(labels, 'node_provider_id', spec?.providerID);
  for (const [type, address] of addresses) put(labels, `node_address_${sanitized(type)}`, address);
  return [labels];
}

function podTargets(pod: Pod, { nodes }: Known): Labels[] {
  const ip = pod.status?.podIP ?? '';
  if (ip === '') return [];
  const group: Labels = new Map();
  putPod(group, pod);
  put(group, 'namespace', pod.metadata?.namespace);
  putAttachedNode(group, pod.spec?.nodeName, nodes);
  return containersOf(pod).flatMap(({ container, isInit }) => {
    const id = containerId(pod, container.name);
    const labelled = (address: string, port: ContainerPort | undefined) => {
      const labels = target(group, address);
      if (port !== undefined) putContainerPort(labels, container, port);
      put(labels, 'pod_container_name', container.name);
      put(labels, 'pod_container_image', container.image);
      put(labels, 'pod_container_id', id);
      put(labels, 'pod_container_init', String(isInit));
      return labels;
    };
    const ports = container.ports ?? [];
    if (ports.length === 0) return [labelled(ip, undefined)];
    return ports.map((port) => labelled(hostPort(ip, port.containerPort ?? 0), port));
  });
}

function containersOf(pod: Pod): { container: Container; isInit: boolean }[] {
  const { containers, initContainers } = pod.spec ?? {};
  return [
    ...(containers ?? []).map((container) => ({ container, isInit: false })),
    ...(initContainers ?? []).map((container) => ({ container, isInit: true })),
  ];
}

function containerId({ status }: Pod, name: string | undefined): string | undefined {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return statuses.find((one) => one.name === name)?.containerID;
}

function serviceTargets({ metadata, spec }: Service): Labels[] {
  const group: Labels = new Map();
  put(group, 'namespace', metadata?.namespace);
  putMeta(group, 'service', metadata);
  return (spec?.ports ?? []).map(({ name, port = 0, protocol }) => {
    const labels = target(group, `${metadata?.name ?? ''}.${metadata?.namespace ?? ''}.svc:${port}`);
    put(labels, 'service_port_name', name);
    put(labels, 'service_port_number', String(port));
    put(labels, 'service_port_protocol', protocol);
    put(labels, 'service_type', spec?.type);
    if (spec?.type === 'ExternalName') put(labels, 'service_external_name', spec.externalName);
    else put(labels, 'service_cluster_ip', spec?.clusterIP);
    if (spec?.type === 'LoadBalancer') put(labels, 'service_loadbalancer_ip', spec.loadBalancerIP);
    return labels;
  });
}

function ingressTargets({ metadata, spec }: Ingress): Labels[] {
  const group: Labels = new Map();
  put(group, 'namespace', metadata?.namespace);
  putMeta(group, 'ingress', metadata);
  put(group, 'ingress_class_name', spec?.ingressClassName);
  const secured = (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? []);
  return (spec?.rules ?? []).flatMap(({ host = '', http }) => {
    const scheme = secured.some((pattern) => hostMatches(pattern, host)) ? 'https' : 'http';
    const paths = http === undefined ? ['/'] : (http.paths ?? []).map(({ path }) => path || '/');
    return paths.map((path) => {
      const labels = target(group, host);
      put(labels, 'ingress_scheme', scheme);
      put(labels, 'ingress_host', host);
      put(labels, 'ingress_path', path);
      return labels;
    });
  });
}

/** A pattern may have `*` as its first part. */
function hostMatches(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  const [first, ...rest] = pattern.split('.');
  const own = host.split('.').slice(1);
  return first === '*' && rest.length === own.length && rest.every((part, at) => part === own[at]);
}

/** Targets that may be pods, and the ports of those pods that were no target. */
class PodTargets {
  readonly targets: Labels[] = [];
  readonly #known: Known;
  readonly #group: Labels;
  readonly #seen = new Map<string, { readonly pod: Pod; readonly ports: Set<number> }>();

  constructor(group: Labels, known: Known) {
    this.#group = group;
    this.#known = known;
  }

  add(
    labels: Labels,
    port: number | undefined,
    nodeName: string | undefined,
    to: ObjectReference | undefined,
  ) {
    putAttachedNode(labels, to?.kind === 'Node' ? to.name : nodeName, this.#known.nodes);
    this.targets.push(labels);
    const pod = to?.kind === 'Pod' ? this.#known.pods.get(keyOf(to)) : undefined;
    if (pod === undefined) return;
    const key = keyOf(pod.metadata);
    const seen = this.#seen.get(key) ?? { pod, ports: new Set() };
    this.#seen.set(key, seen);
    putPod(labels, pod);
    if (port === undefined) return;
    seen.ports.add(port);
    for (const { container, isInit } of containersOf(pod)) {
      const match = container.ports?.find(({ containerPort }) => containerPort === port);
      if (match === undefined) continue;
      putContainerPort(labels, container, match);
      put(labels, 'pod_container_init', String(isInit));
    }
  }

  /** All of them; nothing may be added any more. */
  finish(): Labels[] {
    for (const { pod, ports } of this.#seen.values()) {
      const ip = pod.status?.podIP ?? '';
      if (ip === '') continue;
      for (const { container, isInit } of containersOf(pod)) {
        for (const port of container.ports ?? []) {
          if (ports.has(port.containerPort ?? 0)) continue;
          const labels = target(this.#group, hostPort(ip, port.containerPort ?? 0));
          putPod(labels, pod);
          putContainerPort(labels, container, port);
          put(labels, 'pod_container_init', String(isInit));
          this.targets.push(labels);
        }
      }
    }
    return this.targets;
  }
}

function endpointsTargets({ metadata, subsets }: Endpoints, known: Known): Labels[] {
  const group: Labels = new Map();
  put(group, 'namespace', metadata?.namespace);
  putMeta(group, 'endpoints', metadata);
  const service = known.services.get(keyOf(metadata));
  if (service !== undefined) putMeta(group, 'service', service.metadata);
  const all = new PodTargets(group, known);
  const add = (address: EndpointAddress, port: EndpointPort, isReady: boolean) => {
    const labels = target(group, hostPort(address.ip ?? '', port.port ?? 0));
    put(labels, 'endpoint_port_name', port.name);
    put(labels, 'endpoint_port_protocol', port.protocol);
    put(labels, 'endpoint_ready', String(isReady));
    put(labels, 'endpoint_address_target_kind', address.targetRef?.kind);
    put(labels, 'endpoint_address_target_name', address.targetRef?.name);
    put(labels, 'endpoint_node_name', address.nodeName);
    put(labels, 'endpoint_hostname', address.hostname);
    all.add(labels, port.port, address.nodeName, address.targetRef);
  };
  for (const { ports, addresses, notReadyAddresses } of subsets ?? []) {
    for (const port of ports ?? []) {
      for (const address of addresses ?? []) add(address, port, true);
      for (const address of notReadyAddresses ?? []) add(address, port, false);
    }
  }
  return all.finish();
}

function sliceTargets({ metadata, addressType, endpoints, ports }: EndpointSlice, known: Known): Labels[] {
  const group: Labels = new Map();
  put(group, 'namespace', metadata?.namespace);
  put(group, 'endpointslice_address_type', addressType);
  putMeta(group, 'endpointslice', metadata);
  const serviceName = metadata?.labels?.['kubernetes.io/service-name'];
  const service = known.services.get(`${metadata?.namespace ?? ''}/${serviceName ?? ''}`);
  if (service !== undefined) putMeta(group, 'service', service.metadata);
  const all = new PodTargets(group, known);
  const add = (address: string, endpoint: SliceEndpoint, port: EndpointPort) => {
    const labels = target(group, port.port === undefined ? address : hostPort(address, port.port));
    const { conditions, targetRef } = endpoint;
    const text = (value: boolean | number | undefined) => (value === undefined ? undefined : String(value));
    put(labels, 'endpointslice_port_name', port.name);
    put(labels, 'endpointslice_port_protocol', port.protocol);
    put(labels, 'endpointslice_port', text(port.port));
    put(labels, 'endpointslice_port_app_protocol', port.appProtocol);
    put(labels, 'endpointslice_endpoint_conditions_ready', text(conditions?.ready));
    put(labels, 'endpointslice_endpoint_conditions_serving', text(conditions?.serving));
    put(labels, 'endpointslice_endpoint_conditions_terminating', text(conditions?.terminating));
    put(labels, 'endpointslice_endpoint_hostname', endpoint.hostname);
    put(labels, 'endpointslice_endpoint_node_name', endpoint.nodeName);
    put(labels, 'endpointslice_endpoint_zone', endpoint.zone);
    put(labels, 'endpointslice_address_target_kind', targetRef?.kind);
    put(labels, 'endpointslice_address_target_name', targetRef?.name);
    putTopology(labels, endpoint.deprecatedTopology);
    all.add(labels, port.port, endpoint.nodeName, targetRef);
  };
  for (const endpoint of endpoints ?? []) {
    for (const port of ports ?? []) {
      for (const address of endpoint.addresses ?? []) add(address, endpoint, port);
    }
  }
  return all.finish();
}
