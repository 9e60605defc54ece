export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Where the engine's messages go: one sentence, and fields that can be cloned to another thread. Neither
 * carries sample data, label values or secrets.
 */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What a log record shows of something thrown. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
  return { error: error.message, stack: error.stack, ...cause };
}
