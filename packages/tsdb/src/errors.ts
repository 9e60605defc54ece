/** Why the database can't do what it is asked. */
export type TsdbErrorCode =
  /** The log can't be written and too much is waiting for it; worth another try later. */
  | 'wal-unavailable'
  /** The head has no memory left; worth another try when it has forgotten something. */
  | 'memory-full'
  /** A file is of a version that this program doesn't know. */
  | 'format';

export class TsdbError extends Error {
  readonly code: TsdbErrorCode;

  constructor(code: TsdbErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TsdbError';
    this.code = code;
  }
}
