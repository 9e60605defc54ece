import { NodeDisk, SystemClock } from '@ampere/platform';
import { restoreBackup } from '../backup/restore.ts';
import { Progress } from '../progress.ts';
import { CONFIG_OPTION, type Command, configurationOf, requiredText } from './command.ts';

const MB = 1e6;

export const RESTORE: Command = {
  name: 'restore',
  summary: 'bring a backup back into an empty data folder',
  help: `
Checks every file of a backup and copies it into the data folder, which must be missing or empty.

  -f, --from FOLDER   the backup
  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG), which names the data folder
`,
  options: { ...CONFIG_OPTION, from: { type: 'string', short: 'f' } },
  run: async (values, environment) => {
    const { dataFolder } = configurationOf(values, environment);
    const disk = new NodeDisk();
    await disk.makeFolder(dataFolder);
    const progress = new Progress('restoring', process.stderr, new SystemClock());
    const { createdAt, files } = await restoreBackup({
      from: requiredText(values, 'from'),
      to: dataFolder,
      disk,
      onProgress: (done, total) => progress.show(done / MB, total / MB, 'MB'),
    });
    progress.end();
    process.stdout.write(`${files.length} files of ${createdAt} are in ${dataFolder}\n`);
    return 0;
  },
};
