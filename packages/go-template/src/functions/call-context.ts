// What one execution may still spend, and how functions spend it.
//
// 1. Each node that is evaluated costs a step; each 64 bytes that a function reads or writes cost one
//    too, so that a short template can't do much work with long strings.
// 2. The output, and every string on the way, is bounded.
// 3. Depth counts nested evaluations (templates in templates, controls in controls): it keeps the
//    JavaScript stack safe.

import { TemplateLimitError } from '../errors.ts';

export interface ExecutionLimits {
  /** Nodes evaluated, loop rounds, and 64-byte pieces of strings worked on. */
  readonly stepsMax: number;
  /** Bytes of the output, and of each string made on the way. */
  readonly outputBytesMax: number;
  /** Nested bodies and pipelines: each template invoked, each control and each parenthesis around. */
  readonly depthMax: number;
}

export const DEFAULT_LIMITS: ExecutionLimits = {
  stepsMax: 1_000_000,
  outputBytesMax: 1024 * 1024,
  depthMax: 1_000,
};

/** Twice this runs out of the stack that Node.js has by default. */
export const DEPTH_CEILING = 1_000;

const BYTES_PER_STEP = 64;

export class CallContext {
  readonly limits: ExecutionLimits;
  #stepsLeft: number;

  constructor(limits: ExecutionLimits) {
    this.limits = limits;
    this.#stepsLeft = limits.stepsMax;
  }

  /** Spends steps. Throws TemplateLimitError when none are left. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) {
      throw new TemplateLimitError('steps', `template took more than ${this.limits.stepsMax} steps`);
    }
  }

  /** Spends steps for reading or writing so many bytes. */
  spendBytes(count: number): void {
    if (count >= BYTES_PER_STEP) this.spend(Math.floor(count / BYTES_PER_STEP));
  }

  /** Refuses a string or an output of so many bytes. */
  checkSize(bytes: number): void {
    if (bytes > this.limits.outputBytesMax) {
      throw new TemplateLimitError(
        'output',
        `template output is longer than ${this.limits.outputBytesMax} bytes`,
      );
    }
  }

  checkDepth(depth: number): void {
    if (depth > this.limits.depthMax) {
      throw new TemplateLimitError('depth', `template is nested deeper than ${this.limits.depthMax}`);
    }
  }
}

/** A byte string that grows piece by piece and never beyond what the context allows. */
export class ByteSink {
  readonly #context: CallContext;
  #text = '';

  constructor(context: CallContext) {
    this.#context = context;
  }

  write(bytes: string): void {
    this.#context.spendBytes(bytes.length);
    this.#context.checkSize(this.#text.length + bytes.length);
    this.#text += bytes;
  }

  /** The same byte so many times. */
  fill(byte: string, count: number): void {
    if (count <= 0) return;
    this.#context.checkSize(this.#text.length + count);
    this.write(byte.repeat(count));
  }

  toString(): string {
    return this.#text;
  }
}
