// A kubeconfig file: where a cluster's API server is, and how to be somebody there.
//
// 1. The current context names a cluster and a user; the others aren't looked at.
// 2. Certificates, keys and tokens stand in the file itself, or in files that it names, relative to its folder.
// 3. What would run a program or ask another server for credentials is refused: there is a token to be had
//    without them (`kubectl create token`, or a service account's secret).
//
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
import { type Disk, DiskError } from '@ampere/platform';
import { Fields, ScrapeConfigurationError } from '../configuration/fields.ts';
import { readYaml } from '../configuration/yaml.ts';

/** How a cluster is reached. */
export interface ClusterAccess {
  /** Of the API server; without a slash at its end. */
  readonly server: string;
  readonly tls: {
    /** PEM. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
  readonly serverName: string | undefined;
  readonly verifyCertificates: boolean;
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
}

/** A kubeconfig that can't be used. The text is for the operator, and holds no secret. */
export class KubeconfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubeconfigError';
  }
}

const FILE_BYTES_MAX = 1 << 20;
const REFUSED_OF_USERS = ['exec', 'auth-provider', 'as', 'as-uid', 'as-groups', 'as-user-extra'];
/** What a header can hold. */
const SECRET = /^[\x21-\x7e]+$/;

/** @throws KubeconfigError */
export async function readKubeconfig(path: string, disk: Disk): Promise<ClusterAccess> {
  try {
    const text = await readText(path, disk);
    const root = new Fields(parseYaml(text), '');
    const current = root.string('current-context', '');
    if (current === '') throw new ScrapeConfigurationError('it has no current-context');
    const context = named(root, 'contexts', 'context', current);
    const cluster = named(root, 'clusters', 'cluster', context.string('cluster', ''));
    const user = named(root, 'users', 'user', context.string('user', ''));
    const cut = path.lastIndexOf('/');
    const read = (name: string) =>
      readText(name.startsWith('/') || cut === -1 ? name : `${path.slice(0, cut)}/${name}`, disk);
    return await accessOf(cluster, user, read);
  } catch (error) {
    if (error instanceof ScrapeConfigurationError || error instanceof KubeconfigError) {
      throw new KubeconfigError(`kubeconfig ${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

type ReadText = (path: string) => Promise<string>;

async function accessOf(cluster: Fields, user: Fields, read: ReadText): Promise<ClusterAccess> {
  const server = cluster.string('server', '').replace(/\/+$/, '');
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new ScrapeConfigurationError("the cluster's server must be an https URL");
  }
  if (cluster.string('proxy-url', '') !== '') throw new ScrapeConfigurationError('proxy-url is not taken');
  for (const name of REFUSED_OF_USERS) {
    if (!user.has(name)) continue;
    throw new ScrapeConfigurationError(
      `the user has ${name}, which is not taken: give it a token, a tokenFile or a client certificate`,
    );
  }
  const ca = await pem(cluster, 'certificate-authority', read);
  const cert = await pem(user, 'client-certificate', read);
  const key = await pem(user, 'client-key', read);
  if ((cert === undefined) !== (key === undefined)) {
    throw new ScrapeConfigurationError('client-certificate and client-key go together');
  }
  return {
    server,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    },
    serverName: cluster.string('tls-server-name', '') || undefined,
    verifyCertificates: !cluster.boolean('insecure-skip-tls-verify', false),
    authorization: await authorizationOf(user, read),
  };
}

/** A token file goes over a token, as clients of Kubernetes have it. */
async function authorizationOf(user: Fields, read: ReadText): Promise<string | undefined> {
  const tokenFile = user.string('tokenFile', '');
  const token = tokenFile === '' ? user.string('token', '') : (await read(tokenFile)).trim();
  const username = user.string('username', '');
  if (token !== '') {
    if (!SECRET.test(token)) throw new ScrapeConfigurationError("the user's token has unexpected characters");
    return `Bearer ${token}`;
  }
  if (tokenFile !== '') throw new ScrapeConfigurationError("the user's tokenFile is empty");
  if (username === '') return undefined;
  const pair = `${username}:${user.string('password', '')}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** PEM that stands in base64 under `name`-data, or else in a file under `name`. */
async function pem(fields: Fields, name: string, read: ReadText): Promise<string | undefined> {
  const data = fields.string(`${name}-data`, '');
  const file = fields.string(name, '');
  if (data === '' && file === '') return undefined;
  const text = data === '' ? await read(file) : Buffer.from(data, 'base64').toString('latin1');
  if (!text.includes('-----BEGIN ')) throw new ScrapeConfigurationError(`${name} is not in PEM form`);
  return text;
}

/** What a list has under a name. */
function named(root: Fields, list: string, member: string, name: string): Fields {
  const found = root
    .list(list, (value, path) => new Fields(value, `${path}.`))
    .find((fields) => fields.string('name', '') === name);
  if (found === undefined) throw new ScrapeConfigurationError(`it has no ${member} ${JSON.stringify(name)}`);
  return found.fields(member);
}

function parseYaml(text: string): unknown {
  try {
    return readYaml(text, 'yaml');
  } catch (error) {
    if (!(error instanceof ScrapeConfigurationError)) throw error;
    // A message of the parser may quote the line, and so a secret.
    throw new ScrapeConfigurationError('it is no valid YAML');
  }
}

async function readText(path: string, disk: Disk): Promise<string> {
  try {
    const file = await disk.openRead(path);
    try {
      if (file.size() > FILE_BYTES_MAX) {
        throw new ScrapeConfigurationError(`${path} is longer than ${FILE_BYTES_MAX} bytes`);
      }
      const bytes = new Uint8Array(file.size());
      return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw new ScrapeConfigurationError(`${path} can not be read (${error.code})`);
  }
}
