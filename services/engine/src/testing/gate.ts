/** A promise that a test settles when it wants to. */
export interface Gate<T> {
  readonly promise: Promise<T>;
  readonly open: (value: T) => void;
}

export function makeGate<T = void>(): Gate<T> {
  let open: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open: open! };
}
