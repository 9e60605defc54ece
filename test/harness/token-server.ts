// An OpenID Connect issuer with a token endpoint, as Entra ID and Keycloak have one: what a client with a secret asks
// for with the grant `client_credentials` (RFC 6749, section 4.4).

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SystemClock } from '@ampere/platform';
import { TokenMint } from '@ampere/testing';
import { afterAll } from 'vitest';

export interface TokenClient {
  readonly id: string;
  readonly secret: string;
  /** Of the tokens that it gets. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TokenServer {
  /** The issuer; its token endpoint is at `/token`. */
  readonly url: string;
  readonly mint: TokenMint;
  /** Ids of the clients that got a token, in the order in which they did. */
  readonly granted: string[];
}

/** So short that senders ask for a token before each request. */
const EXPIRES_IN_SECONDS = 5;

export async function startTokenServer(clients: readonly TokenClient[]): Promise<TokenServer> {
  const clock = new SystemClock();
  const mint = new TokenMint('', () => clock.nowMs(), 'RS256');
  const granted: string[] = [];
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method !== 'POST' || request.url !== '/token') {
      const document = mint.documentAt(mint.issuer + request.url);
      return answer(document === undefined ? 404 : 200, document ?? {});
    }
    const form = new URLSearchParams(await textOf(request));
    const client = clients.find(({ id, secret }) => {
      const pair = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
      return request.headers.authorization === `Basic ${pair}`;
    });
    if (client === undefined) return answer(401, { error: 'invalid_client' });
    if (form.get('grant_type') !== 'client_credentials')
      return answer(400, { error: 'unsupported_grant_type' });
    granted.push(client.id);
    const token = mint.token(client.claims);
    return answer(200, { access_token: token, token_type: 'Bearer', expires_in: EXPIRES_IN_SECONDS });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  mint.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: mint.issuer, mint, granted };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
