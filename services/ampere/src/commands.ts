// The commands of `ampere`, one entry each.

import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { SystemClock } from '@ampere/platform';
import {
  type Configuration,
  ConfigurationError,
  ENVIRONMENT,
  readConfiguration,
} from './configuration/configuration.ts';
import { exportLines } from './credential-files.ts';
import { runQuery } from './query-command.ts';
import { runQuotas } from './quotas-command.ts';
import { serve } from './serve.ts';
import { ServerClient } from './server-client.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says after the usage line. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Resolves to the exit code. */
  run(values: Values, environment: Environment): Promise<number>;
}

const CONFIG_OPTION = { config: { type: 'string', short: 'c' } } as const;

const ENVIRONMENT_HELP = ENVIRONMENT.map(([variable, key]) => `  ${variable.padEnd(26)}${key}`).join('\n');

const SERVE: Command = {
  name: 'serve',
  summary: 'run the server',
  help: `
Runs the server until SIGTERM or SIGINT.

  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)

Environment variables go over the file:
${ENVIRONMENT_HELP}

Without either it listens on 127.0.0.1:9009 and keeps everything in ./data.
`,
  options: CONFIG_OPTION,
  run: (values, environment) => serve(load(values, environment)),
};

const CREDENTIALS: Command = {
  name: 'credentials',
  summary: 'print the lines that point the AWS CLI at this server',
  help: `
Prints two export lines for a shell, to be used like this:

  eval "$(node dist/ampere.mjs credentials)"

They name the files that the server wrote into its data folder at its start; no secret is printed.

  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)
`,
  options: CONFIG_OPTION,
  run: async (values, environment) => {
    process.stdout.write(`${exportLines(load(values, environment).dataFolder).join('\n')}\n`);
    return 0;
  },
};

const QUERY: Command = {
  name: 'query',
  summary: 'ask a workspace a PromQL query, signed with the root key',
  help: `
Sends a query to the running server, signed with the key that it wrote into its data folder, and prints
the answer as JSON.

  -w, --workspace ID  the workspace
  -q, --query TEXT    the PromQL query
  -t, --time TIME     evaluation time: seconds since 1970 or RFC 3339; now by default
  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)
`,
  options: {
    ...CONFIG_OPTION,
    workspace: { type: 'string', short: 'w' },
    query: { type: 'string', short: 'q' },
    time: { type: 'string', short: 't' },
  },
  run: async (values, environment) => {
    const { workspace, query, time } = values;
    if (typeof workspace !== 'string') throw new ConfigurationError('--workspace is missing');
    if (typeof query !== 'string') throw new ConfigurationError('--query is missing');
    return runQuery(clientOf(values, environment), {
      workspace,
      query,
      time: typeof time === 'string' ? time : undefined,
    });
  },
};

const QUOTAS: Command = {
  name: 'quotas',
  summary: 'show the limits in force and change them while the server runs',
  help: `
Without options it lists every quota with its value, unit, code and meaning. Changes hold from the next
request on, survive a restart, and go over the configuration file.

  -q, --quota NAME      one quota: its name in the configuration, such as active_series, or its code
  -s, --set VALUE       set it: a number (durations in seconds, sizes in bytes, 0 for unlimited), or
                        "default" to take the change back
  -w, --workspace ID    of one workspace, not of all
  -c, --config FILE     the YAML configuration file (also AMPERE_CONFIG)

  node dist/ampere.mjs quotas --quota active_series --workspace ws-… --set 2000000

The same through AWS' own tool: aws service-quotas list-service-quotas --service-code aps
`,
  options: {
    ...CONFIG_OPTION,
    quota: { type: 'string', short: 'q' },
    set: { type: 'string', short: 's' },
    workspace: { type: 'string', short: 'w' },
  },
  run: (values, environment) =>
    runQuotas(clientOf(values, environment), {
      quota: values['quota'] as string | undefined,
      value: values['set'] as string | undefined,
      workspace: values['workspace'] as string | undefined,
    }),
};

/** By name, in the order of the list that \`ampere help\` prints. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [SERVE, CREDENTIALS, QUERY, QUOTAS].map((entry) => [entry.name, entry]),
);

function clientOf(values: Values, environment: Environment): ServerClient {
  return new ServerClient(load(values, environment), new SystemClock());
}

function load(values: Values, environment: Environment): Configuration {
  const path = (values['config'] as string | undefined) ?? environment['AMPERE_CONFIG'];
  if (path === undefined || path === '') return readConfiguration(undefined, environment);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`the configuration file can't be read: ${(error as Error).message}`);
  }
  return readConfiguration({ path, text }, environment);
}
