import { MemoryDisk, SeededRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { type ClusterAccess, readKubeconfig } from './kubeconfig.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nx\n';
const PEM_DATA = Buffer.from(PEM).toString('base64');

function text(cluster: string, user: string): string {
  return `apiVersion: v1
kind: Config
preferences: {}
current-context: two
contexts:
- {name: one, context: {cluster: none, user: none}}
- {name: two, context: {cluster: k, user: u, namespace: n}}
clusters: [{name: k, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
`;
}

async function read(content: string): Promise<ClusterAccess> {
  const disk = new MemoryDisk(new SeededRandom(1));
  await disk.makeFolder('/etc/kube');
  const put = (name: string, value: string) => disk.replaceFile(`/etc/kube/${name}`, Buffer.from(value));
  await put('config', content);
  await put('token', ' from-file\n');
  await put('empty', '\n');
  await put('ca.crt', PEM);
  return readKubeconfig('/etc/kube/config', disk);
}

function check(name: string, content: string, expected: Partial<ClusterAccess>): void {
  test(name, async () => expect(await read(content)).toMatchObject(expected));
}

function refused(name: string, content: string, message: string): void {
  test(`refused: ${name}`, async () => {
    const error = await read(content).catch((problem: unknown) => problem);
    expect(error).toMatchObject({
      name: 'KubeconfigError',
      message: `kubeconfig /etc/kube/config: ${message}`,
    });
  });
}

const SERVER = 'server: "https://k.example:6443/"';
check('a token', text(SERVER, 'token: t'), {
  server: 'https://k.example:6443',
  tls: {},
  serverName: undefined,
  verifyCertificates: true,
  authorization: 'Bearer t',
});
check('a file goes over a token', text(SERVER, 'tokenFile: token, token: t'), {
  authorization: 'Bearer from-file',
});
check('an absolute path', text(SERVER, 'tokenFile: /etc/kube/token'), { authorization: 'Bearer from-file' });
check('a name and a password', text(SERVER, 'username: a, password: b'), { authorization: 'Basic YTpi' });
check('nobody', text(SERVER, ''), { authorization: undefined });
check('an authority in a file', text(`${SERVER}, certificate-authority: ca.crt`, ''), { tls: { ca: PEM } });
check(
  'certificates in the file',
  text(
    `${SERVER}, certificate-authority-data: ${PEM_DATA}, tls-server-name: s`,
    `client-certificate-data: ${PEM_DATA}, client-key: ca.crt`,
  ),
  { tls: { ca: PEM, cert: PEM, key: PEM }, serverName: 's' },
);
check('no verification', text(`${SERVER}, insecure-skip-tls-verify: true`, ''), {
  verifyCertificates: false,
});

refused('nothing', '', 'it has no current-context');
refused('no YAML', 'token: [secret', 'it is no valid YAML');
refused('what nests too deeply', '['.repeat(100_000), 'it is no valid YAML');
refused('a context', 'current-context: x', 'it has no context "x"');
refused('http', text('server: "http://k"', ''), "the cluster's server must be an https URL");
refused('a proxy', text(`${SERVER}, proxy-url: "http://p"`, ''), 'proxy-url is not taken');
refused(
  'a program',
  text(SERVER, 'exec: {command: aws}'),
  'the user has exec, which is not taken: give it a token, a tokenFile or a client certificate',
);
refused(
  'half a pair',
  text(SERVER, `client-key-data: ${PEM_DATA}`),
  'client-certificate and client-key go together',
);
refused(
  'no PEM',
  text(`${SERVER}, certificate-authority-data: eA==`, ''),
  'certificate-authority is not in PEM form',
);
refused(
  'a file that is not there',
  text(SERVER, 'tokenFile: none'),
  '/etc/kube/none can not be read (not-found)',
);
refused('an empty file', text(SERVER, 'tokenFile: empty'), "the user's tokenFile is empty");
refused('a token of two lines', text(SERVER, 'token: "a\\nb"'), "the user's token has unexpected characters");
refused('a large file', `# ${'x'.repeat(1 << 20)}`, '/etc/kube/config is longer than 1048576 bytes');
