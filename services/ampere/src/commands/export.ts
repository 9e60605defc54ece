import { resolve } from 'node:path';
import { NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { Progress } from '../progress.ts';
import { exportBlocks } from '../transfer/export-blocks.ts';
import { TransferError } from '../transfer/transfer-error.ts';
import {
  CONFIG_OPTION,
  type Command,
  configurationOf,
  requiredText,
  textOf,
  type Values,
} from './command.ts';

const MB = 1e6;

export const EXPORT: Command = {
  name: 'export',
  summary: "write a workspace's data out as Prometheus blocks",
  help: `
Writes everything a workspace has, its newest samples too, as blocks that Prometheus, Thanos and Mimir open. The
server may run meanwhile; this command must run where its data folder is.

  -w, --workspace ID  the workspace
  -t, --to FOLDER     where to
      --start TIME    only blocks with samples from then on (RFC 3339, or seconds since 1970)
      --end TIME      only blocks with samples up to then
  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)

Blocks are written whole: the first and the last may reach beyond the times.
`,
  options: {
    ...CONFIG_OPTION,
    workspace: { type: 'string', short: 'w' },
    to: { type: 'string', short: 't' },
    start: { type: 'string' },
    end: { type: 'string' },
  },
  run: async (values, environment) => {
    const dataFolder = resolve(configurationOf(values, environment).dataFolder);
    const workspaceId = requiredText(values, 'workspace');
    if (!/^[\w-]+$/.test(workspaceId)) throw new TransferError(`${workspaceId} is no workspace id`);
    const to = resolve(requiredText(values, 'to'));
    const clock = new SystemClock();
    const progress = new Progress('copying', process.stderr, clock);
    const written = await exportBlocks({
      workspaceFolder: `${dataFolder}/workspaces/${workspaceId}`,
      to,
      fromMs: timeOf(values, 'start') ?? Number.NEGATIVE_INFINITY,
      untilMs: timeOf(values, 'end') ?? Number.POSITIVE_INFINITY,
      disk: new NodeDisk(),
      clock,
      random: new SystemRandom(),
      onProgress: (done, total) => progress.show(done / MB, total / MB, 'MB'),
    });
    progress.end();
    process.stdout.write(`${written.length} blocks in ${to}\n`);
    return 0;
  },
};

function timeOf(values: Values, name: string): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const timeMs = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(timeMs)) throw new TransferError(`--${name}: ${text} is no time`);
  return timeMs;
}
