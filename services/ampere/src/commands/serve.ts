import { ENVIRONMENT } from '../configuration/configuration.ts';
import { serve } from '../serve.ts';
import { CONFIG_OPTION, type Command, configurationOf } from './command.ts';

const ENVIRONMENT_HELP = ENVIRONMENT.map(([variable, key]) => `  ${variable.padEnd(26)}${key}`).join('\n');

export const SERVE: Command = {
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
  run: (values, environment) => serve(configurationOf(values, environment)),
};
