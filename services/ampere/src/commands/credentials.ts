import { exportLines } from '../credential-files.ts';
import { CONFIG_OPTION, type Command, configurationOf } from './command.ts';

export const CREDENTIALS: Command = {
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
    process.stdout.write(`${exportLines(configurationOf(values, environment).dataFolder).join('\n')}\n`);
    return 0;
  },
};
