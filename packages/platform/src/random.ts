import { randomBytes } from 'node:crypto';

/** Randomness as a parameter, so that a test can print its seed and be run again. */
export interface Random {
  /** `length` fresh bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
  /** An integer in [0, below), uniformly. */
  integer(below: number): number;
}

/** Cryptographic randomness; the one to use outside tests. */
export class SystemRandom implements Random {
  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }

  integer(below: number): number {
    // 53 random bits: the bias of the remainder is below 2^-21 for every `below` up to 2^32.
    const raw = randomBytes(8);
    return Number(raw.readBigUInt64LE() >> 11n) % below;
  }
}

/** The same sequence for the same seed. For tests only. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(256));
  }

  integer(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** A number in [0, 1). Mulberry32: 32 bits of state, passes gjrand's short tests. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }
}
