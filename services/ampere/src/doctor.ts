// `ampere doctor`: asks the running server what a client would, signed, and says what to set where.
//
// Each check prints one line; the first that fails says what to do about it and ends the examination, because what
// follows needs it. In the end come the settings for the usual clients, for the first workspace or a placeholder.

import type { Clock } from '@ampere/platform';
import type { Configuration } from './configuration/configuration.ts';
import { exportLines } from './credential-files.ts';
import type { ServerClient } from './server-client.ts';

/** Signatures further off are refused. */
const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** A check that failed, with what to do about it. */
class Finding extends Error {}

interface Check {
  readonly name: string;
  /** Resolves to what was found; throws a Finding. */
  run(): Promise<string>;
}

export interface DoctorOptions {
  readonly configuration: Configuration;
  /** Throws a ConfigurationError when there is no key. */
  readonly connect: () => ServerClient;
  readonly clock: Clock;
  readonly print: (line: string) => void;
}

/** Returns the exit code: 1 when something is wrong. */
export async function examine(options: DoctorOptions): Promise<number> {
  const { print } = options;
  const patient = new Patient(options);
  for (const check of patient.checks()) {
    try {
      print(`ok    ${check.name}: ${await check.run()}`);
    } catch (error) {
      print(`FAIL  ${check.name}: ${error instanceof Error ? error.message : String(error)}`);
      if (error instanceof Finding || (error as Error).name === 'ConfigurationError') return 1;
      throw error;
    }
  }
  for (const line of patient.settings()) print(line);
  return 0;
}

class Patient {
  readonly #options: DoctorOptions;
  #client: ServerClient | undefined;
  #workspaceId = 'ws-…';

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  checks(): Check[] {
    const check = (name: string, run: () => Promise<string>): Check => ({ name, run });
    return [
      check('key', () => this.#key()),
      check('server', () => this.#server()),
      check('clock', () => this.#clock()),
      check('signed request', () => this.#signedRequest()),
      check('query', () => this.#query()),
    ];
  }

  get #connection(): ServerClient {
    this.#client ??= this.#options.connect();
    return this.#client;
  }

  async #key(): Promise<string> {
    const { dataFolder } = this.#options.configuration;
    return `${this.#connection.accessKeyId}, from ${dataFolder}/credentials`;
  }

  async #server(): Promise<string> {
    const client = this.#connection;
    const { status } = await client.send({ service: 'aps', method: 'GET', target: '/-/ready' });
    if (status === 200) return `${client.baseUrl} is ready`;
    throw new Finding(`${client.baseUrl} answers ${status} to /-/ready: wait for its start, or see its log`);
  }

  async #clock(): Promise<string> {
    const { date } = await this.#connection.send({ service: 'aps', method: 'GET', target: '/-/healthy' });
    const skewMs = Date.parse(date) - this.#options.clock.nowMs();
    if (Math.abs(skewMs) < CLOCK_SKEW_MAX_MS)
      return `${Math.round(Math.abs(skewMs) / 1000)} s from the server's`;
    throw new Finding(
      `it is ${Math.round(skewMs / 1000)} s from the server's; signatures more than 300 s off are refused: set it right`,
    );
  }

  async #signedRequest(): Promise<string> {
    const { status, text } = await this.#connection.send({
      service: 'aps',
      method: 'GET',
      target: '/workspaces',
    });
    if (status !== 200) throw new Finding(`ListWorkspaces answers ${status}: ${text}`);
    const { workspaces } = JSON.parse(text) as {
      workspaces: { workspaceId: string; status: { statusCode: string } }[];
    };
    const active = workspaces.find((one) => one.status.statusCode === 'ACTIVE');
    if (active !== undefined) this.#workspaceId = active.workspaceId;
    return `ListWorkspaces shows ${workspaces.length} workspaces`;
  }

  async #query(): Promise<string> {
    if (this.#workspaceId.endsWith('…')) return 'no workspace yet: aws amp create-workspace --alias first';
    const target = `/workspaces/${this.#workspaceId}/api/v1/query?query=1`;
    const { status, text } = await this.#connection.send({ service: 'aps', method: 'GET', target });
    if (status === 200) return `${this.#workspaceId} answers`;
    throw new Finding(`${this.#workspaceId} answers ${status}: ${text}`);
  }

  settings(): string[] {
    const { region, dataFolder } = this.#options.configuration;
    const { baseUrl, accessKeyId } = this.#connection;
    const workspace = `${baseUrl}/workspaces/${this.#workspaceId}`;
    return [
      '',
      'AWS CLI, boto3 and other AWS tools (in a shell):',
      ...exportLines(dataFolder).map((line) => `  ${line}`),
      '',
      'Prometheus (prometheus.yml):',
      '  remote_write:',
      `    - url: ${workspace}/api/v1/remote_write`,
      '      sigv4:',
      `        region: ${region}`,
      `        access_key: ${accessKeyId}`,
      '        secret_key: <aws_secret_access_key of the credentials file>',
      '',
      'Grafana (data source Prometheus):',
      `  URL: ${workspace}`,
      `  Authentication: SigV4, access and secret key, default region ${region}`,
      '',
      'awscurl:',
      `  awscurl --service aps --region ${region} '${workspace}/api/v1/query?query=up'`,
    ];
  }
}
