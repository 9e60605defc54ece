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

/** A block's name and a file's path in it. */
const WITHIN_BLOCK = /(?:^|\/)([0-9A-HJKMNP-TV-Z]{26})\/(.+)$/;

/** A block that can't be read or written: names the file and where in it. */
export class BlockError extends Error {
  readonly code: BlockErrorCode;
  readonly file: string;
  /** Byte in the file where the trouble begins. */
  readonly offset: number;
  /** What is wrong, with the block's name and without paths of this machine: for clients. */
  readonly shownText: string;

  constructor(code: BlockErrorCode, file: string, offset: number, what: string, options?: ErrorOptions) {
    super(`${file} at byte ${offset}: ${what}`, options);
    const within = WITHIN_BLOCK.exec(file);
    const place = within === null ? 'a block' : `block ${within[1]}: ${within[2]}`;
    this.shownText = `${place} at byte ${offset}: ${code === 'unreadable' ? 'reading failed' : what}`;
    this.name = 'BlockError';
    this.code = code;
    this.file = file;
    this.offset = offset;
  }
}
