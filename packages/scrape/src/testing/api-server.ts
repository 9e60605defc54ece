// An API server of a cluster, for tests: lists of objects over TLS, in pages, with a token to be shown; and for
// clients that watch, watches in which nothing ever happens.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run, temporaryFolder } from '@ampere/testing';

export const TOKEN = 'token-of-the-cluster';
/** The kinds of lists, by what their paths end in. */
const KINDS: Readonly<Record<string, string>> = {
  pods: 'PodList',
  services: 'ServiceList',
  nodes: 'NodeList',
  endpoints: 'EndpointsList',
  endpointslices: 'EndpointSliceList',
  ingresses: 'IngressList',
};

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

export interface Certificate {
  /** PEM; it is its own authority. */
  readonly cert: string;
  readonly key: string;
  readonly certPath: string;
}

/** For 127.0.0.1 and one name. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = ['-subj', '/CN=cluster', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:api.cluster'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert]);
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), certPath: cert };
}

export class ApiServerForTests {
  readonly asked: string[] = [];
  /** What the next requests are answered with instead of a list. */
  readonly statuses: number[] = [];
  objects: Readonly<Record<string, readonly object[]>> = {};
  pageObjects = Number.POSITIVE_INFINITY;
  url = '';
  readonly #server: Server;

  constructor({ cert, key }: Certificate) {
    this.#server = createServer({ cert, key }, (request, response) => {
      this.asked.push(request.url!);
      const url = new URL(request.url!, 'https://api');
      const send = (status: number, value: object) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      const refuse = (code: number, message: string) =>
        send(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message });
      const status = this.statuses.shift();
      if (status !== undefined) return refuse(status, `it is ${status}`);
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'Unauthorized');
      if (url.pathname.endsWith('/proxy/metrics')) {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.end('from_kubelet 1\n');
        return;
      }
      const [, version, namespace, resource = ''] =
        /^\/(?:api|apis)\/(.*?)(?:\/namespaces\/([^/]+))?\/([a-z]+)$/.exec(url.pathname) ?? [];
      const kind = KINDS[resource];
      if (kind === undefined || version === undefined) return refuse(404, 'not found');
      if (url.searchParams.has('sendInitialEvents')) return refuse(400, 'no streaming lists');
      if (url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
        return;
      }
      const [label, value] = (url.searchParams.get('labelSelector') ?? '').split('=');
      const all = ((this.objects[resource] ?? []) as Named[]).filter(
        ({ metadata }) =>
          (namespace === undefined || metadata?.namespace === namespace) &&
          (label === '' || metadata?.labels?.[label!] === value),
      );
      const from = Number(url.searchParams.get('continue') ?? 0);
      const to = from + Math.min(this.pageObjects, all.length);
      const next = to < all.length ? { continue: String(to) } : {};
      send(200, {
        kind,
        apiVersion: version,
        metadata: { resourceVersion: '1', ...next },
        items: all.slice(from, to),
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  kubeconfig({ cert }: Certificate, token = TOKEN): string {
    return `current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: '${this.url}', certificate-authority-data: ${Buffer.from(cert).toString('base64')}}}]
users: [{name: u, user: {token: ${token}}}]
`;
  }
}
