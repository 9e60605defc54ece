// A real server for end-to-end tests: `npm start` as the README has it, or the built file directly.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '@ampere/platform';
import { signUrl } from '@ampere/sigv4';
import { freePort, type RunningProcess, start, temporaryFolder, until } from '@ampere/testing';
import { ROOT } from '../tidy/files.ts';

export const ROOT_KEY = {
  accessKeyId: 'AKIATESTTESTTEST0001',
  secretAccessKey: 'test/secret+for/end-to-end+tests/0000001',
};
export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

export interface AmpereServer {
  readonly url: string;
  readonly dataFolder: string;
  /** Environment for the AWS CLI. */
  readonly awsEnvironment: Record<string, string>;
  process(): RunningProcess;
  /** The server process alone, not the npm around it. */
  serverPid(): number;
  /** Ends it as a power cut would. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same port and folder. */
  startAgain(): Promise<void>;
}

export interface AmpereOptions {
  /** `npm start` (slower) or `node dist/ampere.mjs serve`. */
  readonly through?: 'npm' | 'node';
  readonly env?: Record<string, string>;
  /** Does something with the data folder before the server starts on it. */
  readonly before?: (dataFolder: string) => Promise<void>;
}

/** Starts a server on a fresh folder and waits until it is ready. */
export async function startAmpere(options: AmpereOptions = {}): Promise<AmpereServer> {
  const dataFolder = join(temporaryFolder(), 'data');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    AMPERE_LISTEN: `127.0.0.1:${port}`,
    AMPERE_DATA_DIR: dataFolder,
    AMPERE_REGION: REGION,
    AMPERE_ACCOUNT_ID: ACCOUNT,
    AMPERE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
    AMPERE_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
    ...options.env,
  };
  let running: RunningProcess;
  const launch = async () => {
    const [command, ...args] =
      options.through === 'npm'
        ? ['npm', 'start']
        : [process.execPath, join(ROOT, 'dist', 'ampere.mjs'), 'serve'];
    running = start(command!, args, { cwd: ROOT, env });
    const isReady = async () => (await fetch(`${url}/-/ready`)).ok;
    await until('the server to be ready', isReady, 60_000, running);
  };
  await options.before?.(dataFolder);
  await launch();
  return {
    url,
    dataFolder,
    awsEnvironment: {
      AWS_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
      AWS_DEFAULT_REGION: REGION,
      AWS_PAGER: '',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    process: () => running,
    serverPid: () => Number(/"pid":(\d+)/.exec(running.output())?.[1] ?? running.pid),
    kill9: () => running.kill('SIGKILL'),
    stop: async () => {
      await running.kill('SIGTERM');
      return running.ended;
    },
    startAgain: launch,
  };
}

/**
 * A folder for the front of PATH whose `aws` goes to the server: older versions of the AWS CLI don't read
 * AWS_ENDPOINT_URL themselves.
 */
export function awsShim(ampere: AmpereServer, aws: string): string {
  const folder = temporaryFolder();
  const shim = join(folder, 'aws');
  writeFileSync(shim, `#!/bin/sh\nexec '${aws}' --endpoint-url '${ampere.url}' "$@"\n`);
  chmodSync(shim, 0o755);
  return folder;
}

export interface SignedRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** fetch with the root key's signature. */
export async function signedFetch(url: string, request: SignedRequest = {}): Promise<Response> {
  const method = request.method ?? 'GET';
  const body = typeof request.body === 'string' ? new TextEncoder().encode(request.body) : request.body;
  const headers = signUrl(
    { method, url, headers: request.headers ?? {}, ...(body === undefined ? {} : { body }) },
    { credentials: ROOT_KEY, region: REGION, service: 'aps', clock: new SystemClock() },
  );
  const { signal } = request;
  return fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Makes a workspace and waits until it is active; its id. */
export async function createWorkspace(ampere: AmpereServer): Promise<string> {
  // Calls that come too quickly one after another are throttled, as by the service.
  const workspaceId = await until('a workspace to be created', async () => {
    const created = await signedFetch(`${ampere.url}/workspaces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    return ((await created.json()) as { workspaceId?: string }).workspaceId;
  });
  await until('the workspace to be active', async () => {
    const described = await signedFetch(`${ampere.url}/workspaces/${workspaceId}`);
    const { workspace } = (await described.json()) as { workspace: { status: { statusCode: string } } };
    return workspace.status.statusCode === 'ACTIVE';
  });
  return workspaceId;
}
