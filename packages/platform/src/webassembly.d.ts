// The part of the WebAssembly API that we use: TypeScript declares it in its library for browsers alone.

declare namespace WebAssembly {
  interface MemoryDescriptor {
    /** Pages of 64 KiB. */
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    /** A SharedArrayBuffer when the memory is shared; another object after each growth. */
    readonly buffer: ArrayBufferLike;
    /** Adds pages of 64 KiB; returns how many there were before. Throws RangeError beyond the maximum. */
    grow(pages: number): number;
  }

  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
}
