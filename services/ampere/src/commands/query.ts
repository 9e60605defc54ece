import { runQuery } from '../query-command.ts';
import { CONFIG_OPTION, type Command, clientOf, requiredText, textOf } from './command.ts';

export const QUERY: Command = {
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
  run: (values, environment) =>
    runQuery(clientOf(values, environment), {
      workspace: requiredText(values, 'workspace'),
      query: requiredText(values, 'query'),
      time: textOf(values, 'time'),
    }),
};
