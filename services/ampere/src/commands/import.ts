// `ampere import`: finds the blocks, or makes them of OpenMetrics text in a scratch folder beside the workspace's
// database, and hands them one by one to the running server or, when none runs, to the database itself.

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { NodeDisk, SystemClock, SystemRandom } from '@ampere/platform';
import { bundledAddon } from '../bundled-addon.ts';
import { Progress } from '../progress.ts';
import { openTarget } from '../transfer/block-target.ts';
import { findBlocks, importBlocks } from '../transfer/import-blocks.ts';
import { blocksOfOpenMetrics } from '../transfer/open-metrics-blocks.ts';
import { TransferError } from '../transfer/transfer-error.ts';
import { CONFIG_OPTION, type Command, clientOf, configurationOf, requiredText } from './command.ts';

const MB = 1e6;

export const IMPORT: Command = {
  name: 'import',
  summary: 'bring Prometheus blocks or OpenMetrics text into a workspace',
  help: `
Takes the blocks of a folder, such as another Prometheus' data folder or what promtool tsdb create-blocks-from
made, or a file of OpenMetrics text whose samples have times. The server may run or not; this command must run
where its data folder is. What the workspace has already is passed over, so an import that was cut off can be
begun again. A block is refused, and the others are taken, when it
 - has another value for a sample that the workspace has,
 - reaches into the newest hours, which are not in a block yet: try again some hours later,
 - is past the workspace's retention, or damaged.

  -w, --workspace ID  the workspace
  -f, --from PATH     a folder of blocks, one block, or a file of OpenMetrics text
  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG)

The exit code is 1 when a block was refused.
`,
  options: {
    ...CONFIG_OPTION,
    workspace: { type: 'string', short: 'w' },
    from: { type: 'string', short: 'f' },
  },
  run: async (values, environment) => {
    const configuration = configurationOf(values, environment);
    const workspaceId = requiredText(values, 'workspace');
    const from = resolve(requiredText(values, 'from'));
    const [disk, clock, random] = [new NodeDisk(), new SystemClock(), new SystemRandom()];
    const dataFolder = resolve(configuration.dataFolder);
    const workspaceFolder = `${dataFolder}/workspaces/${workspaceId}`;
    if (!/^[\w-]+$/.test(workspaceId) || (await disk.info(`${workspaceFolder}/tsdb`)) === undefined) {
      throw new TransferError(`the data folder ${dataFolder} has no workspace ${workspaceId}`);
    }
    const info = await disk.info(from);
    if (info === undefined) throw new TransferError(`${from} is not there`);
    const show = (what: string) => {
      const progress = new Progress(what, process.stderr, clock);
      const onProgress = (done: number, total: number) => progress.show(done / MB, total / MB, 'MB');
      return { onProgress, end: () => progress.end() };
    };
    const scratch = `${workspaceFolder}/import/text-${createHash('sha256').update(from).digest('hex').slice(0, 16)}`;
    let blocks: string[];
    if (info.isFolder) {
      blocks = await findBlocks(disk, from);
    } else {
      await disk.remove(scratch);
      const reading = show('reading');
      blocks = await blocksOfOpenMetrics({
        path: from,
        folder: scratch,
        disk,
        clock,
        random,
        onProgress: reading.onProgress,
      });
      reading.end();
    }
    const target = await openTarget({
      dataFolder,
      workspaceId,
      disk,
      clock,
      random,
      nativeBinding: bundledAddon(),
      connect: () => clientOf(values, environment),
    });
    try {
      const importing = show('importing');
      const print = (line: string) => process.stderr.write(`${line}\n`);
      const { onProgress } = importing;
      const outcome = await importBlocks({ blocks, workspaceFolder, target, disk, onProgress, print });
      importing.end();
      const { imported, present, refused } = outcome;
      process.stdout.write(
        `${imported} blocks imported, ${present} were there already, ${refused} refused\n`,
      );
      return refused === 0 ? 0 : 1;
    } finally {
      await target.close();
      await disk.remove(scratch);
    }
  },
};
