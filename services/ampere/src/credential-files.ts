// The AWS shared files that make `aws` speak to this server: data/credentials and data/config.
//
// Both have one profile, `ampere`. The config file names an endpoint for each service that is offered
// here and for no other, so that a user who keeps the profile for everything still reaches AWS for
// the rest.

import { join, resolve } from 'node:path';
import type { Disk } from '@ampere/platform';

export const PROFILE = 'ampere';

/** Services of the AWS CLI that this server answers. */
const SERVICES = ['amp', 'cloudtrail', 'iam', 'service_quotas', 'sns', 'sts'] as const;

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Text of `data/credentials`. */
export function credentialsText(key: AccessKey): string {
  return [
    `[${PROFILE}]`,
    `aws_access_key_id = ${key.accessKeyId}`,
    `aws_secret_access_key = ${key.secretAccessKey}`,
    '',
  ].join('\n');
}

/** Text of `data/config`. */
export function configText(region: string, endpointUrl: string): string {
  const services = SERVICES.flatMap((service) => [`${service} =`, `  endpoint_url = ${endpointUrl}`]);
  return [
    `[profile ${PROFILE}]`,
    `region = ${region}`,
    'output = json',
    `services = ${PROFILE}-services`,
    '',
    `[services ${PROFILE}-services]`,
    ...services,
    '',
  ].join('\n');
}

/** The lines to paste into a shell so that `aws amp list-workspaces` works. */
export function exportLines(dataFolder: string): string[] {
  const path = (name: string) => shellQuote(join(resolve(dataFolder), name));
  return [
    `export AWS_SHARED_CREDENTIALS_FILE=${path('credentials')} AWS_CONFIG_FILE=${path('config')}`,
    `export AWS_PROFILE=${PROFILE}`,
  ];
}

/**
 * Writes both files, readable by their owner alone, where they aren't as they should be: they follow the key and
 * endpoint in force at each start. Rejects with a DiskError.
 */
export async function writeCredentialFiles(
  disk: Disk,
  dataFolder: string,
  key: AccessKey,
  region: string,
  endpointUrl: string,
): Promise<void> {
  await writeIfOther(disk, join(dataFolder, 'credentials'), credentialsText(key));
  await writeIfOther(disk, join(dataFolder, 'config'), configText(region, endpointUrl));
}

/** A server that starts on a full disk leaves alone what is right. */
async function writeIfOther(disk: Disk, path: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const isThere = (await disk.info(path)) !== undefined;
  if (isThere && Buffer.compare(await disk.readFile(path), bytes) === 0) return;
  await disk.replaceFile(path, bytes);
}

function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
