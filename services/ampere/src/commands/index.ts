import { BACKUP } from './backup.ts';
import type { Command } from './command.ts';
import { CREDENTIALS } from './credentials.ts';
import { DOCTOR } from './doctor.ts';
import { EXPLAIN_ACCESS } from './explain-access.ts';
import { EXPORT } from './export.ts';
import { IMPORT } from './import.ts';
import { QUERY } from './query.ts';
import { QUOTAS } from './quotas.ts';
import { RESTORE } from './restore.ts';
import { RULES } from './rules.ts';
import { SERVE } from './serve.ts';

export type { Command } from './command.ts';

/** The commands of `ampere` by name, in the order of the list that `ampere help` prints. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [SERVE, CREDENTIALS, QUERY, QUOTAS, EXPLAIN_ACCESS, IMPORT, EXPORT, BACKUP, RESTORE, DOCTOR, RULES].map(
    (entry) => [entry.name, entry],
  ),
);
