// The command line. The only file that reads the process's environment and arguments.

import { parseArgs } from 'node:util';
import { DiskError, stayAwake } from '@ampere/platform';
import { BlockError } from '@ampere/tsdb';
import { BackupError } from './backup/backup-manifest.ts';
import { COMMANDS, type Command } from './commands/index.ts';
import { ConfigurationError } from './configuration/configuration.ts';
import { StartError } from './serve.ts';
import { TransferError } from './transfer/transfer-error.ts';

/** Faults of the world, told in a line; anything else is a bug and shows its stack. */
const FAULTS = [ConfigurationError, StartError, BackupError, TransferError, BlockError, DiskError] as const;

function usage(): string {
  const lines = [...COMMANDS.values()].map((command) => `  ${command.name.padEnd(16)}${command.summary}`);
  return [
    'Ampere: a self-hosted service compatible with Amazon Managed Service for Prometheus.',
    '',
    'Usage: ampere COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    '`ampere COMMAND --help` explains a command, and so does `ampere help COMMAND`.',
    '',
  ].join('\n');
}

function helpOf(command: Command): string {
  const rest = command.positionals?.join(' ') ?? '[OPTIONS]';
  return `Usage: ampere ${command.name} ${rest}\n\n${command.help.trim()}\n`;
}

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const asked = COMMANDS.get(rest[0] ?? '');
    process.stdout.write(asked === undefined ? usage() : helpOf(asked));
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    process.stderr.write(`ampere: unknown command "${name}"; there are ${[...COMMANDS.keys()].join(', ')}\n`);
    return 2;
  }
  let values: Record<string, string | boolean | readonly string[] | undefined>;
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    const { positionals = [] } = command;
    const parsed = parseArgs({ args: rest, options, strict: true, allowPositionals: positionals.length > 0 });
    if (parsed.positionals.length > positionals.length) {
      throw new Error(`unexpected argument "${parsed.positionals[positionals.length]}"`);
    }
    const named = parsed.positionals.map((text, index) => [positionals[index]!, text] as const);
    values = { ...(parsed.values as typeof values), ...Object.fromEntries(named) };
  } catch (error) {
    process.stderr.write(`ampere ${name}: ${(error as Error).message}\n`);
    return 2;
  }
  if (values['help'] === true) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  const mayEnd = stayAwake();
  try {
    return await command.run(values, process.env);
  } catch (error) {
    if (!(error instanceof Error) || !FAULTS.some((kind) => error instanceof kind)) throw error;
    process.stderr.write(`ampere: ${error.message}\n`);
    return 1;
  } finally {
    mayEnd();
  }
}

process.exitCode = await run(process.argv.slice(2));
