/** Whether bytes are broken, or fine but more than is taken. */
export type DecodeErrorKind = 'malformed' | 'too-large';

/**
 * Why a body could not be decoded. The message is fit for the client: it names the format, the byte
 * offset and, in protobuf, the field, and repeats nothing of the body's content.
 */
export class DecodeError extends Error {
  readonly kind: DecodeErrorKind;
  /** Where in the bytes handed in: compressed ones for snappy, decompressed ones for protobuf. */
  readonly offset: number;

  constructor(kind: DecodeErrorKind, offset: number, message: string) {
    super(message);
    this.name = 'DecodeError';
    this.kind = kind;
    this.offset = offset;
  }
}
