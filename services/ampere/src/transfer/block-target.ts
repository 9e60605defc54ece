// Where imported blocks go: to the running server, or into the database itself when none is running.

import type { Clock, Disk, Random } from '@ampere/platform';
import { BlockError, ImportError, Tsdb } from '@ampere/tsdb';
import { FolderLockError, lockFolder } from '../folder-lock.ts';
import type { ServerClient } from '../server-client.ts';
import { TransferError } from './transfer-error.ts';

export interface BlockTarget {
  /** Takes in the block of that name in the workspace's import folder. Throws TransferError when it is refused. */
  take(ulid: string): Promise<'imported' | 'present'>;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly dataFolder: string;
  readonly workspaceId: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly nativeBinding: string | undefined;
  /** For a server that has the folder. */
  readonly connect: () => ServerClient;
}

export async function openTarget(options: TargetOptions): Promise<BlockTarget> {
  const { dataFolder, nativeBinding } = options;
  try {
    const lock = lockFolder(dataFolder, nativeBinding);
    return await openDatabase(options, () => lock.release());
  } catch (error) {
    if (error instanceof FolderLockError) return new ServerTarget(options.connect(), options.workspaceId);
    throw error;
  }
}

async function openDatabase(options: TargetOptions, release: () => void): Promise<BlockTarget> {
  const { dataFolder, workspaceId, disk, clock, random } = options;
  const folder = `${dataFolder}/workspaces/${workspaceId}`;
  const tsdb = await Tsdb.open({ folder: `${folder}/tsdb`, disk, clock, random });
  return {
    take: async (ulid) => {
      try {
        return await tsdb.importBlock(`${folder}/import/${ulid}`);
      } catch (error) {
        if (error instanceof ImportError || error instanceof BlockError)
          throw new TransferError(error.message);
        throw error;
      }
    },
    close: async () => {
      await tsdb.close();
      release();
    },
  };
}

class ServerTarget implements BlockTarget {
  readonly #client: ServerClient;
  readonly #workspaceId: string;

  constructor(client: ServerClient, workspaceId: string) {
    this.#client = client;
    this.#workspaceId = workspaceId;
  }

  async take(ulid: string): Promise<'imported' | 'present'> {
    const { status, text } = await this.#client.send({
      service: 'aps',
      method: 'POST',
      target: `/workspaces/${this.#workspaceId}/api/v1/import`,
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify({ block: ulid })),
    });
    const answer = JSON.parse(text) as {
      data?: { outcome: 'imported' | 'present' };
      error?: string;
      message?: string;
    };
    if (status !== 200)
      throw new TransferError(answer.error ?? answer.message ?? `the server answers ${status}`);
    return answer.data!.outcome;
  }

  async close(): Promise<void> {}
}
