/** What is wrong with a block. */
export type BlockErrorCode =
  /** Bytes that contradict their checksum or the format. */
  | 'corrupt'
  /** A file that should be there isn't. */
  | 'missing'
  /** A version or encoding that this program doesn't know. */
  | 'unsupported'
  /** The disk failed; `cause` says how. */
  | 'unreadable'
  /** What is asked for doesn't fit the format. */
  | 'too-large';

/** A block that can't be read or written: names the file and where in it. */
export class BlockError extends Error {
  readonly code: BlockErrorCode;
  readonly file: string;
  /** Byte in the file where the trouble begins. */
  readonly offset: number;

  constructor(code: BlockErrorCode, file: string, offset: number, what: string, options?: ErrorOptions) {
    super(`${file} at byte ${offset}: ${what}`, options);
    this.name = 'BlockError';
    this.code = code;
    this.file = file;
    this.offset = offset;
  }
}
