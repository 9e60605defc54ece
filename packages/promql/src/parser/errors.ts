/** A query text that is no PromQL. */
export class ParseError extends Error {
  override name = 'ParseError';
  /** Half-open range in bytes of the UTF-8 text. */
  readonly start: number;
  readonly end: number;

  /** `message` is complete, as Prometheus prints it: `1:5: parse error: unexpected …`. */
  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}
