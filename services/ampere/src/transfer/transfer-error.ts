/** Data can't be brought in or out; the text says why. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}
