// A proxy that signs what passes through it, as aws-sigv4-proxy does: for clients that can't sign
// themselves. It signs host and date alone and sends the client's headers on unsigned.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemClock } from '@ampere/platform';
import { signUrl } from '@ampere/sigv4';
import { afterAll } from 'vitest';
import { REGION, ROOT_KEY } from './ampere.ts';

/** Headers that belong to one connection, or that the signature replaces. */
const NOT_FORWARDED = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'authorization']);

/** Starts a proxy to a server; resolves to its URL. A server that is away is answered with 502. */
export async function startSigningProxy(target: string): Promise<string> {
  const context = { credentials: ROOT_KEY, region: REGION, service: 'aps', clock: new SystemClock() };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = target + request.url;
    const method = request.method ?? 'GET';
    const forwarded = Object.entries(request.headers).filter(([name]) => !NOT_FORWARDED.has(name));
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          ...(Object.fromEntries(forwarded) as Record<string, string>),
          ...signUrl({ method, url, body }, context),
        },
        ...(body.length === 0 ? {} : { body }),
      });
      const type = answer.headers.get('content-type');
      response.writeHead(answer.status, type === null ? {} : { 'content-type': type });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502);
      response.end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
