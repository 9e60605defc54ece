import { SystemClock } from '@ampere/platform';
import { examine } from '../doctor.ts';
import { CONFIG_OPTION, type Command, clientOf, configurationOf } from './command.ts';

export const DOCTOR: Command = {
  name: 'doctor',
  summary: 'check that the server can be reached and say what clients should set',
  help: `
Sends the running server signed requests as a client would, says what is wrong if something is, and prints the
settings for the AWS CLI, Prometheus, Grafana and awscurl. Exit code 1 when a check failed.

  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)
`,
  options: CONFIG_OPTION,
  run: (values, environment) =>
    examine({
      configuration: configurationOf(values, environment),
      connect: () => clientOf(values, environment),
      clock: new SystemClock(),
      print: (line) => process.stdout.write(`${line}\n`),
    }),
};
