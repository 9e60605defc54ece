import { runQuotas } from '../quotas-command.ts';
import { CONFIG_OPTION, type Command, clientOf, textOf } from './command.ts';

export const QUOTAS: Command = {
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
      quota: textOf(values, 'quota'),
      value: textOf(values, 'set'),
      workspace: textOf(values, 'workspace'),
    }),
};
