// Users, roles and temporary keys with the real AWS CLI: what somebody sets up by the user guide, and what each of
// them may do with it then.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SystemClock } from '@ampere/platform';
import { signUrl } from '@ampere/sigv4';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { afterAll, expect, test } from 'vitest';
import {
  ACCOUNT,
  type AmpereServer,
  awsShim,
  createWorkspace,
  REGION,
  startAmpere,
} from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

interface Keys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
}

/** An OpenID Connect issuer: its URL, and tokens of it. */
async function startIssuer() {
  let url = '';
  let keyId = 0;
  let current: { publicKey: KeyObject; privateKey: KeyObject } | undefined;
  const rotate = () => {
    keyId++;
    current = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  };
  rotate();
  const server = createServer((request, response) => {
    const jwk = { ...current!.publicKey.export({ format: 'jwk' }), kid: String(keyId), alg: 'ES256' };
    const document = request.url?.endsWith('/keys')
      ? { keys: [jwk] }
      : { issuer: url, jwks_uri: `${url}/keys` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = (claims: object = {}) => {
    const seconds = Math.floor(new SystemClock().nowMs() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = [
      part({ alg: 'ES256', kid: String(keyId) }),
      part({ iss: url, aud: 'sts.amazonaws.com', iat: seconds, exp: seconds + 600, ...claims }),
    ].join('.');
    const key = { key: current!.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  return { url, token, rotate };
}

function clients(aws: string, ampere: AmpereServer) {
  const shim = awsShim(ampere, aws);
  const environmentOf = (keys?: Keys): Record<string, string> => ({
    ...ampere.awsEnvironment,
    PATH: `${shim}:${process.env['PATH']}`,
    AWS_ENDPOINT_URL: ampere.url,
    ...(keys === undefined
      ? {}
      : { AWS_ACCESS_KEY_ID: keys.AccessKeyId, AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey }),
    ...(keys?.SessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.SessionToken }),
  });
  /** The answer of a command as the holder of `keys`. */
  const as =
    (keys?: Keys) =>
    async (...args: string[]) => {
      const result = await run(join(shim, 'aws'), [...args, '--output', 'json'], {
        env: environmentOf(keys),
      });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
  /** What the CLI prints when a command is refused. */
  const refused =
    (keys?: Keys) =>
    async (...args: string[]) => {
      const result = await run(join(shim, 'aws'), args, { env: environmentOf(keys) });
      expect(result.code, args.join(' ')).not.toBe(0);
      return result.stderr.trim();
    };
  /** The status that a data-plane request of the holder of `keys` is answered with. */
  const status = async (keys: Keys, method: string, target: string) => {
    const url = ampere.url + target;
    const credentials = {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.SessionToken,
    };
    const context = { credentials, region: REGION, service: 'aps', clock: new SystemClock() };
    return (await fetch(url, { method, headers: signUrl({ method, url }, context) })).status;
  };
  return { as, refused, status, environmentOf };
}

describeWith('identities with the AWS CLI', ['aws', 'boto3'], ({ aws, boto3 }) => {
  test('a user, its group and its keys', { timeout: 240_000 }, async () => {
    const ampere = await startAmpere();
    const { as, refused, status } = clients(aws, ampere);
    const root = as();
    const workspace = await createWorkspace(ampere);
    const other = await createWorkspace(ampere);
    const query = (id: string) => `/workspaces/${id}/api/v1/query?query=1`;
    expect((await root('sts', 'get-caller-identity')).Arn).toBe(`arn:aws:iam::${ACCOUNT}:root`);

    await root('iam', 'create-user', '--user-name', 'ann', '--tags', 'Key=team,Value=core');
    const keys: Keys = (await root('iam', 'create-access-key', '--user-name', 'ann')).AccessKey;
    const ann = as(keys);
    expect((await ann('sts', 'get-caller-identity')).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ann`);
    expect(await status(keys, 'GET', query(workspace))).toBe(403);
    expect(await refused(keys)('amp', 'list-workspaces')).toContain(
      `An error occurred (AccessDeniedException) when calling the ListWorkspaces operation: User: arn:aws:iam::${ACCOUNT}:user/ann ` +
        `is not authorized to perform: aps:ListWorkspaces on resource: arn:aws:aps:${REGION}:${ACCOUNT}:/workspaces ` +
        'because no identity-based policy allows the aps:ListWorkspaces action',
    );
    expect(await refused(keys)('iam', 'create-user', '--user-name', 'eve')).toContain('(AccessDenied)');

    // One workspace, through a group.
    const document = (statement: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'One', Effect: 'Allow', ...statement }] });
    await root('iam', 'create-group', '--group-name', 'readers');
    const one = document({
      Action: ['aps:QueryMetrics', 'aps:TagResource'],
      Resource: `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspace}`,
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
    });
    const inGroup = ['--group-name', 'readers', '--policy-name', 'one', '--policy-document', one];
    await root('iam', 'put-group-policy', ...inGroup);
    await root('iam', 'add-user-to-group', '--group-name', 'readers', '--user-name', 'ann');
    expect(await status(keys, 'GET', query(workspace))).toBe(200);
    expect(await status(keys, 'GET', query(other))).toBe(403);
    expect(await status(keys, 'GET', `/workspaces/${workspace}/api/v1/labels`)).toBe(403);
    const arn = `arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspace}`;
    await ann('amp', 'tag-resource', '--resource-arn', arn, '--tags', 'team=core');
    expect(await refused(keys)('amp', 'tag-resource', '--resource-arn', arn, '--tags', 'x=y')).toContain(
      'AccessDeniedException',
    );

    // What decides it, asked of the server.
    const explain = async (resource: string) =>
      run(
        process.execPath,
        [
          join(ROOT, 'dist', 'ampere.mjs'),
          'explain-access',
          ...['--principal', `arn:aws:iam::${ACCOUNT}:user/ann`, '--action', 'aps:QueryMetrics'],
          ...['--resource', resource],
        ],
        { env: { AMPERE_DATA_DIR: ampere.dataFolder, AMPERE_LISTEN: new URL(ampere.url).host } },
      );
    const allowed = await explain(arn);
    expect([allowed.code, allowed.stderr]).toEqual([0, '']);
    expect(allowed.stdout).toContain(
      'ALLOWED\n  allowed by statement 1 (One) of the identity-based policy one of group readers\n',
    );
    const denied = await explain(arn.replace(workspace, other));
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain('denied: no statement of any identity-based policy allows it');

    // A deny, a boundary, an inactive key: each from the next request on.
    await root('iam', 'attach-user-policy', '--user-name', 'ann', '--policy-arn', QUERY_ACCESS);
    expect(await status(keys, 'GET', query(other))).toBe(200);
    await root(
      'iam',
      'put-user-permissions-boundary',
      '--user-name',
      'ann',
      '--permissions-boundary',
      WRITE_ACCESS,
    );
    expect(await status(keys, 'GET', query(other))).toBe(403);
    await root('iam', 'delete-user-permissions-boundary', '--user-name', 'ann');
    const deny = document({ Effect: 'Deny', Action: 'aps:*', Resource: '*' });
    await root(
      'iam',
      'put-user-policy',
      '--user-name',
      'ann',
      '--policy-name',
      'no',
      '--policy-document',
      deny,
    );
    expect(await status(keys, 'GET', query(workspace))).toBe(403);
    await root('iam', 'delete-user-policy', '--user-name', 'ann', '--policy-name', 'no');
    expect(await status(keys, 'GET', query(workspace))).toBe(200);
    const ofAnn = ['--user-name', 'ann', '--access-key-id', keys.AccessKeyId];
    const lastUsed = await root('iam', 'get-access-key-last-used', '--access-key-id', keys.AccessKeyId);
    expect(lastUsed).toMatchObject({
      UserName: 'ann',
      AccessKeyLastUsed: { ServiceName: 'aps', Region: REGION },
    });
    await root('iam', 'update-access-key', ...ofAnn, '--status', 'Inactive');
    expect(await refused(keys)('sts', 'get-caller-identity')).toContain(
      'An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: ' +
        'The security token included in the request is invalid.',
    );
    await root('iam', 'update-access-key', ...ofAnn, '--status', 'Active');
    expect(await refused({ ...keys, SecretAccessKey: 'x'.repeat(40) })('iam', 'list-users')).toContain(
      'An error occurred (SignatureDoesNotMatch) when calling the ListUsers operation',
    );
    expect(ampere.process().output()).not.toContain(keys.SecretAccessKey);
    expect(await ampere.stop()).toBe(0);
  });

  test('roles, sessions and a restart', { timeout: 240_000 }, async () => {
    const ampere = await startAmpere();
    const { as, refused, status } = clients(aws, ampere);
    const root = as();
    const workspace = await createWorkspace(ampere);
    const query = `/workspaces/${workspace}/api/v1/query?query=1`;
    await root('iam', 'create-user', '--user-name', 'bob');
    const keys: Keys = (await root('iam', 'create-access-key', '--user-name', 'bob')).AccessKey;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: { StringEquals: { 'sts:ExternalId': 'yes' } },
        },
      ],
    });
    const made = await root(
      'iam',
      'create-role',
      '--role-name',
      'reader',
      '--assume-role-policy-document',
      trust,
    );
    const role = ['--role-arn', made.Role.Arn, '--role-session-name', 'one'];
    await root('iam', 'attach-role-policy', '--role-name', 'reader', '--policy-arn', QUERY_ACCESS);
    expect(await refused(keys)('sts', 'assume-role', ...role)).toContain(
      `User: arn:aws:iam::${ACCOUNT}:user/bob is not authorized to perform: sts:AssumeRole on resource: ${made.Role.Arn}`,
    );
    const assume = async (...more: string[]): Promise<Keys> =>
      (await as(keys)('sts', 'assume-role', ...role, '--external-id', 'yes', ...more)).Credentials;
    const session = await assume('--tags', 'Key=team,Value=core');
    expect((await as(session)('sts', 'get-caller-identity')).Arn).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/reader/one`,
    );
    expect(await status(session, 'GET', query)).toBe(200);
    expect(await status(session, 'POST', `/workspaces/${workspace}/api/v1/remote_write`)).toBe(403);
    const bounded = await assume('--policy-arns', `arn=${WRITE_ACCESS}`);
    expect(await status(bounded, 'GET', query)).toBe(403);
    expect(await status({ ...session, SessionToken: `${session.SessionToken}x` }, 'GET', query)).toBe(403);
    const { SessionToken: _, ...withoutToken } = session;
    expect(await status(withoutToken, 'GET', query)).toBe(403);
    await ampere.kill9();
    await ampere.startAgain();
    expect(await status(session, 'GET', query)).toBe(200);
    await root('iam', 'detach-role-policy', '--role-name', 'reader', '--policy-arn', QUERY_ACCESS);
    expect(await status(session, 'GET', query)).toBe(403);
    await root('iam', 'delete-role', '--role-name', 'reader');
    expect(await refused(session)('sts', 'get-caller-identity')).toContain('(InvalidClientTokenId)');
    expect(await ampere.stop()).toBe(0);
  });

  test("the user guide's roles for service accounts", { timeout: 240_000 }, async () => {
    const issuer = await startIssuer();
    const folder = temporaryFolder();
    const configuration = join(folder, 'ampere.yaml');
    await writeFile(configuration, `oidc:\n  private_issuers: ["${issuer.url}"]\n`);
    const ampere = await startAmpere({ env: { AMPERE_CONFIG: configuration } });
    const { as, refused, status, environmentOf } = clients(aws, ampere);
    const workspace = await createWorkspace(ampere);
    const script = async (name: string) => {
      const env = { ...environmentOf(), OIDC_ISSUER: issuer.url };
      const result = await run('bash', [join(ROOT, 'test', 'guide', name)], { env, cwd: folder });
      expect([result.code, result.stderr]).toEqual([0, expect.not.stringContaining('rror')]);
      return result.stdout.trim();
    };
    const ingest = await script('create-irsa-amp-ingest.sh');
    expect(ingest).toBe(`arn:aws:iam::${ACCOUNT}:role/amp-iamproxy-ingest-role`);
    expect(await script('create-irsa-amp-ingest.sh')).toBe(ingest);
    const query = await script('create-irsa-amp-query.sh');
    const subject = (kind: string) => `system:serviceaccount:prometheus:amp-iamproxy-${kind}-service-account`;

    // As pods do it: a file with a token, no keys.
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, issuer.token({ sub: subject('ingest') }));
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...pod } = environmentOf();
    // The AWS SDK and not the CLI, which keeps temporary keys in its user's home, whatever server they are of.
    const whoami = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";
    const caller = await run(boto3, ['-c', whoami], {
      env: {
        ...pod,
        AWS_ROLE_ARN: ingest,
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        AWS_ROLE_SESSION_NAME: 'pod',
      },
    });
    expect([caller.stderr, caller.stdout.trim()]).toEqual([
      '',
      `arn:aws:sts::${ACCOUNT}:assumed-role/amp-iamproxy-ingest-role/pod`,
    ]);

    const assume = (role: string, token: string) => [
      ...['sts', 'assume-role-with-web-identity', '--role-arn', role],
      ...['--role-session-name', 'pod', '--web-identity-token', token],
    ];
    const opened = async (role: string, kind: string): Promise<Keys> =>
      (await as()(...assume(role, issuer.token({ sub: subject(kind) })))).Credentials;
    const write = `/workspaces/${workspace}/api/v1/remote_write`;
    const ask = `/workspaces/${workspace}/api/v1/query?query=1`;
    const writer = await opened(ingest, 'ingest');
    const reader = await opened(query, 'query');
    // 400: it got through, and the empty body is no write request.
    expect([await status(writer, 'POST', write), await status(writer, 'GET', ask)]).toEqual([400, 403]);
    expect([await status(reader, 'POST', write), await status(reader, 'GET', ask)]).toEqual([403, 200]);

    const refusal = async (token: string) => refused()(...assume(ingest, token));
    expect(await refusal(issuer.token({ sub: subject('query') }))).toContain(
      '(AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
    expect(await refusal(issuer.token({ sub: subject('ingest'), aud: 'other' }))).toContain(
      '(InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience',
    );
    expect(await refusal(issuer.token({ sub: subject('ingest'), exp: 1, iat: 0 }))).toContain(
      '(ExpiredTokenException)',
    );
    expect(await refusal(issuer.token({ sub: subject('ingest'), iss: 'https://other.example' }))).toContain(
      'No OpenIDConnect provider found in your account for https://other.example',
    );
    const good = issuer.token({ sub: subject('ingest') });
    expect(await refusal(`${good.slice(0, -8)}AAAAAAAA`)).toContain('(InvalidIdentityToken)');
    expect(ampere.process().output()).not.toContain(good.slice(0, 60));
    expect(await ampere.stop()).toBe(0);
  });
});

const QUERY_ACCESS = 'arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess';
const WRITE_ACCESS = 'arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess';
