// The labels that objects of a cluster give to their targets, named as in Prometheus' documentation of
// kubernetes_sd_config. An empty value is no label.
import { isIPv6 } from 'node:net';
import type { Container, ContainerPort, Node, ObjectMeta, Pod } from './objects.ts';

export const META = '__meta_kubernetes_';
export type Labels = Map<string, string>;

export function put(labels: Labels, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') labels.set(META + name, value);
}

/** Host and port as one text; a host that is an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

export function keyOf(meta: ObjectMeta | undefined): string {
  return `${meta?.namespace ?? ''}/${meta?.name ?? ''}`;
}

/** Name, labels and annotations of an object of a kind. */
export function putMeta(labels: Labels, kind: string, meta: ObjectMeta | undefined): void {
  put(labels, `${kind}_name`, meta?.name);
  putTexts(labels, `${kind}_label`, meta?.labels);
  putTexts(labels, `${kind}_annotation`, meta?.annotations);
}

/** A value and a mark of its presence for each. */
function putTexts(labels: Labels, prefix: string, texts: ObjectMeta['labels']): void {
  for (const [key, value] of Object.entries(texts ?? {})) {
    const name = sanitized(key);
    put(labels, `${prefix}_${name}`, value);
    put(labels, `${prefix}present_${name}`, 'true');
  }
}

/** As `_label` and `_labelpresent`, with another word for presence. */
export function putTopology(labels: Labels, topology: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(topology ?? {})) {
    const name = sanitized(key);
    put(labels, `endpointslice_endpoint_topology_${name}`, value);
    put(labels, `endpointslice_endpoint_topology_present_${name}`, 'true');
  }
}

export function sanitized(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, '_');
}

/** Of the pod itself, without its namespace. */
export function putPod(labels: Labels, pod: Pod): void {
  const { metadata, spec, status } = pod;
  putMeta(labels, 'pod', metadata);
  put(labels, 'pod_ip', status?.podIP);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
  put(labels, 'pod_ready', ready.toLowerCase());
  put(labels, 'pod_phase', status?.phase);
  put(labels, 'pod_node_name', spec?.nodeName);
  put(labels, 'pod_host_ip', status?.hostIP);
  put(labels, 'pod_uid', metadata?.uid);
  const controller = metadata?.ownerReferences?.find((owner) => owner.controller === true);
  put(labels, 'pod_controller_kind', controller?.kind);
  put(labels, 'pod_controller_name', controller?.name);
}

export function putContainerPort(labels: Labels, container: Container, port: ContainerPort): void {
  put(labels, 'pod_container_name', container.name);
  put(labels, 'pod_container_image', container.image);
  put(labels, 'pod_container_port_name', port.name);
  put(labels, 'pod_container_port_number', String(port.containerPort ?? 0));
  put(labels, 'pod_container_port_protocol', port.protocol);
}

/** What `attach_metadata` adds of a node. */
export function putAttachedNode(
  labels: Labels,
  name: string | undefined,
  nodes: ReadonlyMap<string, Node>,
): void {
  const node = name === undefined ? undefined : nodes.get(name);
  if (node === undefined) return;
  putMeta(labels, 'node', node.metadata);
}
