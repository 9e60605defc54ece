// `ampere query`: a signed PromQL query from the command line, for those without awscurl.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SystemClock } from '@ampere/platform';
import { signUrl } from '@ampere/sigv4';
import { type Configuration, ConfigurationError } from './configuration/configuration.ts';
import { urlOf } from './configuration/listen-address.ts';
import { PROFILE } from './credential-files.ts';

export interface QueryArguments {
  readonly workspace: string;
  readonly query: string;
  /** Evaluation time as the API takes it; undefined is now. */
  readonly time: string | undefined;
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

/** Sends the query to the running server with the root key and prints the answer. Returns the exit code. */
export async function runQuery(
  configuration: Configuration,
  query: QueryArguments,
  clock: Clock = new SystemClock(),
): Promise<number> {
  const path = join(configuration.dataFolder, 'credentials');
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
  const base = configuration.publicUrl ?? urlOf(configuration.listen);
  const parameters = new URLSearchParams({ query: query.query });
  if (query.time !== undefined) parameters.set('time', query.time);
  const url = `${base}/workspaces/${encodeURIComponent(query.workspace)}/api/v1/query?${parameters}`;
  const { region } = configuration;
  const credentials = { accessKeyId, secretAccessKey };
  const headers = signUrl({ method: 'GET', url }, { credentials, region, service: 'aps', clock });
  let response: Response;
  try {
    response = await fetch(url, { headers });
  } catch (error) {
    throw new ConfigurationError(
      `no answer from ${base}: ${(error as Error & { cause?: Error }).cause?.message ?? error}`,
    );
  }
  process.stdout.write(`${await response.text()}\n`);
  return response.ok ? 0 : 1;
}
