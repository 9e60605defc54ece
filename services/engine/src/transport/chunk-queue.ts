/** A streamed body as its receiver sees it: chunks that came, until the end or a failure. For one reader. */
export class ChunkQueue implements AsyncIterableIterator<Uint8Array> {
  /** Called once when nothing more will come or be taken. */
  onClosed: (() => void) | undefined;
  readonly #onTaken: () => void;
  readonly #onCancelled: () => void;
  readonly #chunks: Uint8Array[] = [];
  #state: 'open' | 'ended' | 'failed' = 'open';
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** `onTaken` is called for each chunk taken, `onCancelled` when the reader leaves before the end. */
  constructor(options: { onTaken: () => void; onCancelled: () => void }) {
    this.#onTaken = options.onTaken;
    this.#onCancelled = options.onCancelled;
  }

  push(chunk: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#close('ended');
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#close('failed');
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (this.#chunks.length === 0 && this.#state === 'open') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      if (this.#state === 'open') this.#onTaken();
      return { done: false, value: chunk };
    }
    if (this.#state === 'failed') throw this.#failure;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks.length = 0;
    if (this.#state === 'open') {
      this.#onCancelled();
      this.#close('ended');
    }
    return { done: true, value: undefined };
  }

  #close(state: 'ended' | 'failed'): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#wake?.();
    this.onClosed?.();
  }
}
