import { NodeDisk, SystemClock } from '@ampere/platform';
import { makeBackup } from '../backup/backup.ts';
import { bundledAddon } from '../bundled-addon.ts';
import { Progress } from '../progress.ts';
import { CONFIG_OPTION, type Command, configurationOf, requiredText } from './command.ts';

const MB = 1e6;

export const BACKUP: Command = {
  name: 'backup',
  summary: 'copy the data folder, also of a running server',
  help: `
Makes a consistent copy of the data folder: a server started on it has every sample that had been acknowledged
when the copying began. The server may run meanwhile.

  -t, --to FOLDER     where to; must be missing or empty
  -c, --config FILE   the YAML configuration file (also AMPERE_CONFIG), which names the data folder

The copy holds secrets (access keys, the account's): keep it as safe as the data folder itself.
`,
  options: { ...CONFIG_OPTION, to: { type: 'string', short: 't' } },
  run: async (values, environment) => {
    const { dataFolder } = configurationOf(values, environment);
    const clock = new SystemClock();
    const progress = new Progress('copying', process.stderr, clock);
    const to = requiredText(values, 'to');
    const { files, bytes } = await makeBackup({
      from: dataFolder,
      to,
      disk: new NodeDisk(),
      clock,
      nativeBinding: bundledAddon(),
      onProgress: (done, total) => progress.show(done / MB, total / MB, 'MB'),
    });
    progress.end();
    process.stdout.write(`${files} files, ${bytes} bytes in ${to}\n`);
    return 0;
  },
};
