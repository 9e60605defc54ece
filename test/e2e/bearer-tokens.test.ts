// A real Prometheus that writes with tokens it gets by `oauth2:`, with one from a file, and with a key pair as user and
// password; to Ampere's URL and to Azure's. A client without a grant gets nowhere, and a key that the issuer rotates
// is found.
//
// Debian builds its Prometheus without `azuread:`. What that adds to a request is the Authorization header alone, with
// an Entra ID token; the sender called `azure` has such a token in its form of version 1, and writes to Azure's URL.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@ampere/platform';
import { describeWith, freePort, start, temporaryFolder, until } from '@ampere/testing';
import { expect, test } from 'vitest';
import {
  type AmpereServer,
  createWorkspace,
  ROOT_KEY,
  signedFetch,
  startAmpere,
  startTokenServer,
} from '../harness/index.ts';

const RULE = 'dcr-00000000000000000000000000000001';
const MONITOR = 'https://monitor.azure.com';
const CLIENTS = [
  { id: 'writer', secret: 'writer-secret', claims: { aud: 'ampere', sub: 'writer', azp: 'writer' } },
  { id: 'stranger', secret: 'stranger-secret', claims: { aud: 'ampere', sub: 'stranger', azp: 'stranger' } },
  {
    id: 'azure',
    secret: 'azure-secret',
    claims: { aud: MONITOR, appid: 'app-1', appidacr: '1', oid: 'object-1', sub: 'object-1', ver: '1.0' },
  },
] as const;
const SERVICE_ACCOUNT = 'system:serviceaccount:monitoring:prometheus';

function ampereConfiguration(issuer: string, rules: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    basic_auth: true,
    data_collection_rules: rules,
    oidc: {
      private_issuers: [issuer],
      issuers: [
        {
          name: 'local',
          issuer,
          audiences: ['ampere', MONITOR],
          subject: ['oid', 'sub'],
          grants: [
            { when: { azp: 'writer' }, roles: ['publisher', 'reader'], workspaces: ['*'] },
            { when: { appid: 'app-1' }, roles: ['publisher'], workspaces: ['*'] },
            { when: { sub: SERVICE_ACCOUNT }, roles: ['publisher'], workspaces: ['*'] },
          ],
        },
      ],
    },
  });
}

/** What one sender is called, where it writes, and how it says who it is, in YAML. */
interface Sender {
  readonly name: string;
  readonly url: string;
  readonly identity: string;
}

function prometheusConfiguration(own: number, senders: readonly Sender[]): string {
  const writes = senders.map(
    ({ name, url, identity }) =>
      `  - {name: ${name}, url: '${url}', ${identity}, queue_config: {batch_send_deadline: 500ms}}`,
  );
  return `
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: prometheus
    static_configs: [{targets: ['127.0.0.1:${own}']}]
remote_write:
${writes.join('\n')}
`;
}

/** How many samples of `up` a workspace has. */
async function samplesIn(ampere: AmpereServer, workspace: string): Promise<number> {
  const query = encodeURIComponent('sum(count_over_time(up[10m]))');
  const answer = await signedFetch(`${ampere.url}/workspaces/${workspace}/api/v1/query?query=${query}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

describeWith('a real Prometheus with tokens', ['prometheus'], ({ prometheus }) => {
  test('each sender reaches what it may', { timeout: 240_000 }, async () => {
    const issuer = await startTokenServer(CLIENTS);
    const folder = temporaryFolder();
    const configuration = join(folder, 'ampere.yaml');
    await writeFile(configuration, ampereConfiguration(issuer.url, {}));
    const ampere = await startAmpere({ env: { AMPERE_CONFIG: configuration } });
    const workspaces = new Map<string, string>();
    for (const name of ['writer', 'azure', 'file', 'password', 'stranger'])
      workspaces.set(name, await createWorkspace(ampere));
    await writeFile(configuration, ampereConfiguration(issuer.url, { [RULE]: workspaces.get('azure')! }));
    expect(await ampere.stop()).toBe(0);
    await ampere.startAgain();

    const tokenFile = join(folder, 'token');
    const expires = Math.floor(new SystemClock().nowMs() / 1000) + 3600;
    const fileClaims = { aud: ['ampere'], sub: SERVICE_ACCOUNT, exp: expires };
    await writeFile(tokenFile, issuer.mint.token(fileClaims));
    const oauth2 = (id: string) =>
      `oauth2: {client_id: ${id}, client_secret: ${id}-secret, token_url: '${issuer.url}/token'}`;
    const writeUrl = (name: string) => `${ampere.url}/workspaces/${workspaces.get(name)}/api/v1/remote_write`;
    const rule = `${ampere.url}/dataCollectionRules/${RULE}`;
    const port = await freePort();
    const ownConfiguration = join(folder, 'prometheus.yml');
    await writeFile(
      ownConfiguration,
      prometheusConfiguration(port, [
        { name: 'writer', url: writeUrl('writer'), identity: oauth2('writer') },
        {
          name: 'azure',
          url: `${rule}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24`,
          identity: oauth2('azure'),
        },
        {
          name: 'file',
          url: writeUrl('file'),
          identity: `authorization: {credentials_file: '${tokenFile}'}`,
        },
        {
          name: 'password',
          url: writeUrl('password'),
          identity: `basic_auth: {username: ${ROOT_KEY.accessKeyId}, password: '${ROOT_KEY.secretAccessKey}'}`,
        },
        { name: 'stranger', url: writeUrl('stranger'), identity: oauth2('stranger') },
      ]),
    );
    const running = start(prometheus, [
      `--config.file=${ownConfiguration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    // Longer than the time within which an issuer isn't asked twice.
    for (const name of ['writer', 'azure', 'file', 'password'])
      await until(
        `samples of ${name}`,
        async () => (await samplesIn(ampere, workspaces.get(name)!)) >= 12,
        90_000,
        running,
      );
    const failed = async (name: string) => {
      const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const line = page
        .split('\n')
        .find(
          (text) =>
            text.startsWith('prometheus_remote_storage_samples_failed_total{') &&
            text.includes(`remote_name="${name}"`),
        );
      return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? 0);
    };
    expect(await failed('stranger')).toBeGreaterThan(0);
    expect(await samplesIn(ampere, workspaces.get('stranger')!)).toBe(0);

    issuer.mint.rotate('RS256');
    const asked = issuer.granted.length;
    const before = await samplesIn(ampere, workspaces.get('writer')!);
    await until(
      'samples under the new key',
      async () => (await samplesIn(ampere, workspaces.get('writer')!)) >= before + 3,
      60_000,
      running,
    );
    expect(issuer.granted.length).toBeGreaterThan(asked);
    for (const name of ['writer', 'azure', 'file', 'password'])
      expect([name, await failed(name)]).toEqual([name, 0]);

    // A reader reads what a publisher may not, and nobody manages anything with a token.
    const ask = async (claims: object, path: string) => {
      const authorization = `Bearer ${issuer.mint.token({ ...claims })}`;
      return (await fetch(ampere.url + path, { headers: { authorization } })).status;
    };
    const query = `/workspaces/${workspaces.get('azure')}/api/v1/query?query=up`;
    expect(await ask(CLIENTS[0].claims, query)).toBe(200);
    expect(await ask(CLIENTS[2].claims, query)).toBe(403);
    expect(await ask(CLIENTS[0].claims, '/workspaces')).toBe(403);
    await running.kill('SIGTERM');

    const log = ampere.process().output();
    expect(log).toContain('federated-user/local:object-1');
    const secrets = [...CLIENTS.map(({ secret }) => secret), ROOT_KEY.secretAccessKey, 'eyJ'];
    for (const secret of [...secrets, await readFile(tokenFile, 'utf8')]) expect(log).not.toContain(secret);
    expect(await ampere.stop()).toBe(0);
  });
});
