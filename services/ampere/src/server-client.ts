// Talks to the running server from the command line, signed with the root key that the server wrote into its
// data folder.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@ampere/platform';
import { signUrl } from '@ampere/sigv4';
import { type Configuration, ConfigurationError } from './configuration/configuration.ts';
import { urlOf } from './configuration/listen-address.ts';
import { PROFILE } from './credential-files.ts';

export interface SignedRequest {
  /** Service of the credential scope. */
  readonly service: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export interface ServerAnswer {
  readonly status: number;
  readonly text: string;
  /** When the server says it is, as in the header Date. */
  readonly date: string;
}

export class ServerClient {
  readonly baseUrl: string;
  readonly #region: string;
  readonly #credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly #clock: Clock;

  /** Throws ConfigurationError when the data folder holds no key. */
  constructor(configuration: Configuration, clock: Clock) {
    this.baseUrl = configuration.publicUrl ?? urlOf(configuration.listen);
    this.#region = configuration.region;
    this.#credentials = readRootKey(configuration.dataFolder);
    this.#clock = clock;
  }

  get accessKeyId(): string {
    return this.#credentials.accessKeyId;
  }

  /** Throws ConfigurationError when there is no answer. */
  async send(request: SignedRequest): Promise<ServerAnswer> {
    const { method, service, headers = {}, body } = request;
    const url = this.baseUrl + request.target;
    const signed = signUrl(
      { method, url, headers, ...(body === undefined ? {} : { body }) },
      { credentials: this.#credentials, region: this.#region, service, clock: this.#clock },
    );
    try {
      const response = await fetch(url, { method, headers: signed, ...(body === undefined ? {} : { body }) });
      const date = response.headers.get('date') ?? '';
      return { status: response.status, text: await response.text(), date };
    } catch (error) {
      const cause = (error as Error & { cause?: Error }).cause;
      throw new ConfigurationError(`no answer from ${this.baseUrl}: ${cause?.message ?? error}`);
    }
  }

  /** Calls an operation of an API with JSON both ways; throws ConfigurationError with the API's text when it refuses. */
  async call(service: string, target: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const { status, text } = await this.send({
      service,
      method: 'POST',
      target: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: new TextEncoder().encode(JSON.stringify(input)),
    });
    const answer = JSON.parse(text) as Record<string, unknown>;
    if (status !== 200) throw new ConfigurationError(`${answer['__type']}: ${answer['message']}`);
    return answer;
  }
}

/** Reads one key of the profile in a file of the AWS shared format. */
export function readProfileKey(text: string, key: string): string | undefined {
  let inside = false;
  for (const line of text.split('\n')) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line);
    if (section !== null) inside = section[1] === PROFILE;
    const pair = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (inside && pair !== null && pair[1] === key) return pair[2];
  }
  return undefined;
}

function readRootKey(dataFolder: string): { accessKeyId: string; secretAccessKey: string } {
  const path = join(dataFolder, 'credentials');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigurationError(`${path} is not there: start the server once, or set AMPERE_DATA_DIR`);
  }
  const accessKeyId = readProfileKey(text, 'aws_access_key_id');
  const secretAccessKey = readProfileKey(text, 'aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigurationError(`${path} holds no key for the profile ${PROFILE}`);
  }
  return { accessKeyId, secretAccessKey };
}
