/** What a line of an exposition is. */
export type EntryKind = 'sample' | 'type' | 'help' | 'unit' | 'end';

/** A line of a target's answer that can't be read; the text says where and why. */
export class ExpositionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpositionError';
  }
}

/**
 * A cursor over the lines of an exposition. Its fields are those of the line that `next` found and are
 * valid until the next call.
 */
export interface ExpositionParser {
  /** Goes to the next line. @throws ExpositionError */
  next(): EntryKind;
  /** The series as it stands in the text, name and labels: the same text is the same series. */
  readonly seriesText: string;
  readonly value: number;
  /** Milliseconds since 1970; undefined when the line has none. */
  readonly timeMs: number | undefined;
  /** Of a type, help or unit line: which metric family, and what is said. */
  readonly family: string;
  readonly text: string;
}
