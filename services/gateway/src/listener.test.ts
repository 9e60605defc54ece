// Named listeners over real sockets: TLS, client certificates, scopes.

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { parsePolicy } from '@ampere/iam';
import { expect, test } from 'vitest';
import type { NetworkRule } from './network-scopes.ts';
import { networkRefusal } from './network-scopes.ts';
import { ACCOUNT, type Fixture, startFixture, WORKSPACE, workspacePath } from './testing/gateway-fixture.ts';
import { RawClient } from './testing/raw-client.ts';

const pem = (name: string) => readFileSync(new URL(`./testing/testdata/${name}`, import.meta.url));
const TLS = { certificate: pem('server.crt'), key: pem('server.key'), clientCa: undefined };
const MUTUAL_TLS = { ...TLS, clientCa: pem('client.crt') };
const ANY_PORT = { host: '127.0.0.1', port: 0 };
const rule = (change: Partial<NetworkRule>): NetworkRule => ({
  ingestion: 'open',
  query: 'open',
  scopes: undefined,
  ...change,
});

/** Status of a health check over TLS; the fault's code when there is none. */
function healthy(port: number, client: { cert?: Buffer; key?: Buffer; maxVersion?: 'TLSv1.1' } = {}) {
  return new Promise<number | string>((resolve) => {
    const options = { port, path: '/-/healthy', ca: pem('server.crt'), agent: false, ...client };
    const asked = request({ host: 'localhost', ...options }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

const portOf = ({ gateway }: Fixture, index = 0) => gateway.namedAddresses[index]!.port;

test('TLS 1.2 and newer, with forward secrecy', async () => {
  const fixture = await startFixture({ listeners: [{ name: 'tls', address: ANY_PORT, readTls: () => TLS }] });
  const port = portOf(fixture);
  expect(await healthy(port)).toBe(200);
  expect(await healthy(port, { maxVersion: 'TLSv1.1' })).not.toBe(200);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const cipher = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: 'localhost', ca: pem('server.crt'), maxVersion }, () => {
        resolve(socket.getCipher().name);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(cipher).toMatch(/^(ECDHE|TLS_AES|TLS_CHACHA20)/);
  }
});

test('with a client CA only clients with a certificate of it get in', async () => {
  const readTls = () => MUTUAL_TLS;
  const fixture = await startFixture({ listeners: [{ name: 'mutual', address: ANY_PORT, readTls }] });
  expect(await healthy(portOf(fixture), { cert: pem('client.crt'), key: pem('client.key') })).toBe(200);
  expect(await healthy(portOf(fixture))).not.toBe(200);
  expect(await healthy(portOf(fixture), { cert: pem('server.crt'), key: pem('server.key') })).not.toBe(200);
});

test('certificates are taken anew; bad ones leave the old ones', async () => {
  let material = TLS;
  const fixture = await startFixture({
    listeners: [{ name: 'tls', address: ANY_PORT, readTls: () => material }],
  });
  material = { certificate: pem('client.crt'), key: pem('client.key'), clientCa: undefined };
  fixture.gateway.reloadCertificates();
  expect(await healthy(portOf(fixture))).not.toBe(200);
  material = { ...TLS, key: Buffer.from('no key') };
  expect(() => fixture.gateway.reloadCertificates()).toThrow();
  material = TLS;
  fixture.gateway.reloadCertificates();
  expect(await healthy(portOf(fixture))).toBe(200);
});

const listeners = ['vpc', 'lab'].map((name) => ({ name, address: ANY_PORT, readTls: undefined }));

async function queryThrough(fixture: Fixture, port: number): Promise<number> {
  const client = await RawClient.open(port);
  client.write(fixture.signed('GET', workspacePath('api/v1/query?query=up')));
  const { status } = await client.response();
  client.destroy();
  return status;
}

test('a private workspace is reached through named listeners alone', async () => {
  const network = { defaults: rule({ query: 'private', scopes: ['vpc'] }), workspaces: new Map() };
  const fixture = await startFixture({ listeners, network });
  expect(await queryThrough(fixture, fixture.gateway.address.port)).toBe(403);
  expect(await queryThrough(fixture, portOf(fixture, 0))).toBe(200);
  expect(await queryThrough(fixture, portOf(fixture, 1))).toBe(403);
});

test('policies see the name of the listener as aws:SourceVpce', async () => {
  const fixture = await startFixture({ listeners });
  const policy = parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: ACCOUNT },
          Action: 'aps:QueryMetrics',
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpc' } },
        },
      ],
    }),
    'resource',
  );
  fixture.setWorkspace('ACTIVE', { name: WORKSPACE, policy });
  expect(await queryThrough(fixture, fixture.gateway.address.port)).toBe(403);
  expect(await queryThrough(fixture, portOf(fixture, 0))).toBe(200);
  expect(await queryThrough(fixture, portOf(fixture, 1))).toBe(403);
});

function reach(
  name: string,
  change: Partial<NetworkRule>,
  action: string,
  scope: string | undefined,
  is: boolean,
) {
  test(name, () => {
    const rules = { defaults: rule({}), workspaces: new Map([['ws-1', rule(change)]]) };
    expect(networkRefusal(rules, 'ws-1', action, scope) === undefined).toBe(is);
    expect(networkRefusal(rules, 'ws-2', action, scope)).toBeUndefined();
  });
}
reach('open ingestion', { query: 'private' }, 'aps:RemoteWrite', undefined, true);
reach('private ingestion', { ingestion: 'private' }, 'aps:RemoteWrite', undefined, false);
reach('private ingestion leaves queries open', { ingestion: 'private' }, 'aps:GetSeries', undefined, true);
reach('private queries: every action but writing', { query: 'private' }, 'aps:ListRules', undefined, false);
reach('any named listener', { query: 'private' }, 'aps:GetLabels', 'lab', true);
reach('none but those', { query: 'private', scopes: ['vpc'] }, 'aps:GetLabels', 'lab', false);
