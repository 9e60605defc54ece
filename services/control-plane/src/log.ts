/** What this service asks of a logger; pino's own signature. Errors go in `err`. */
export interface Log {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
