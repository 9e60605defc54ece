import type { LinearMemory } from '@ampere/platform';
import { ScratchMemory, WriteRequestKernel } from '@ampere/remote-write';
import type { TenantStorage } from '../tenants/storage.ts';

/** However the limits are set, no body unfolds beyond this. */
export const DECODED_BYTES_MAX = 64 * 1024 * 1024;

const BOUNDS = {
  samplesMax: 1_000_000,
  metadataMax: 100_000,
  symbolsMax: 1_000_000,
  labelBytesMax: DECODED_BYTES_MAX,
};

/**
 * The decoders of write requests: one a workspace, inside the memory of its storage. A storage without one
 * shares a memory and a decoder with its like.
 */
export class Decoders {
  readonly #kernels = new WeakMap<LinearMemory, WriteRequestKernel>();
  /** Those that hold memory, with whether they were used since the last `releaseIdle`. */
  readonly #used = new Map<WriteRequestKernel, boolean>();
  #shared: LinearMemory | undefined;
  readonly #keepsStarts: boolean;

  /** @param keepsStarts whether columns say when counters began */
  constructor(keepsStarts = false) {
    this.#keepsStarts = keepsStarts;
  }

  /** The decoder for the next request; what it decodes has to be stored before any other is asked for. */
  of(storage: Pick<TenantStorage, 'linearMemory'>): WriteRequestKernel {
    const memory = storage.linearMemory ?? (this.#shared ??= new ScratchMemory());
    let kernel = this.#kernels.get(memory);
    if (kernel === undefined) {
      kernel = new WriteRequestKernel(memory, { ...BOUNDS, keepsStarts: this.#keepsStarts });
      this.#kernels.set(memory, kernel);
    }
    this.#used.set(kernel, true);
    return kernel;
  }

  /** Gives back the memory of decoders that nobody has used since the last call. */
  releaseIdle(): void {
    for (const [kernel, isUsed] of this.#used) {
      if (isUsed) {
        this.#used.set(kernel, false);
      } else {
        kernel.release();
        this.#used.delete(kernel);
      }
    }
  }
}
