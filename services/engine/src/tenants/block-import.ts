// Takes blocks into a workspace that somebody with access to the data folder has put beside its database:
//
//   <dataDir>/workspaces/<id>/import/<ulid>/
//
// One request a block, so that whoever imports many sees how far it is and can go on after a fault.

import type { EngineRequest, EngineResponse } from '@ampere/contracts';
import type { Disk } from '@ampere/platform';
import { BlockError, ImportError, isUlid } from '@ampere/tsdb';
import { apiError } from '../responses.ts';
import type { Tenant } from './tenant.ts';

export class BlockImportHandler {
  readonly #dataDir: string;
  readonly #disk: Disk;

  constructor(options: { readonly dataDir: string; readonly disk: Disk }) {
    this.#dataDir = options.dataDir;
    this.#disk = options.disk;
  }

  /** Answers a POST of `{"block": "<ulid>"}`. */
  async handle(request: EngineRequest, tenant: Tenant): Promise<EngineResponse> {
    const ulid = readUlid(request.body);
    if (ulid === undefined) return apiError(400, 'bad_data', 'the body must be {"block": "<ulid>"}');
    const path = `${this.#dataDir}/workspaces/${tenant.id}/import/${ulid}`;
    if ((await this.#disk.info(path)) === undefined) {
      return apiError(404, 'not_found', `there is no block ${ulid} to be imported`);
    }
    try {
      const outcome = await tenant.tsdb.importBlock(path);
      const body = Buffer.from(JSON.stringify({ status: 'success', data: { outcome } }));
      return { status: 200, headers: { 'content-type': 'application/json' }, body };
    } catch (error) {
      if (!(error instanceof ImportError || error instanceof BlockError)) throw error;
      return apiError(409, 'execution', error.message);
    }
  }
}

function readUlid(body: Uint8Array): string | undefined {
  try {
    const value = JSON.parse(Buffer.from(body).toString()) as { block?: unknown } | null;
    return typeof value?.block === 'string' && isUlid(value.block) ? value.block : undefined;
  } catch {
    return undefined;
  }
}
