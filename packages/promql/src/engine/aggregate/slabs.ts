// Columns of many groups, one after another in a few large arrays.
//
// A group's column is `steps` long. Groups come one by one and are never taken away; some hundred of
// them share an array (a block), because an array of its own for each group of an instant query would
// be far more overhead than content.

/** About how many elements a block has. */
const BLOCK_ELEMENTS = 8192;

abstract class Slab<Block> {
  readonly #blocks: Block[] = [];
  readonly #groupsPerBlock: number;
  readonly #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
    this.#groupsPerBlock = Math.max(1, Math.floor(BLOCK_ELEMENTS / Math.max(1, steps)));
  }

  /** The array that a group's column is in; all zeros at first. */
  block(group: number): Block {
    const index = Math.floor(group / this.#groupsPerBlock);
    let block = this.#blocks[index];
    if (block === undefined) {
      block = this.create(this.#groupsPerBlock * this.#steps);
      this.#blocks[index] = block;
    }
    return block;
  }

  /** Where in its block a group's column begins. */
  offset(group: number): number {
    return (group % this.#groupsPerBlock) * this.#steps;
  }

  protected abstract create(length: number): Block;
}

export class Float64Slab extends Slab<Float64Array> {
  protected override create(length: number): Float64Array {
    return new Float64Array(length);
  }
}

export class Uint8Slab extends Slab<Uint8Array> {
  protected override create(length: number): Uint8Array {
    return new Uint8Array(length);
  }
}
