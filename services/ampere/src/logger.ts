import { type Logger, pino } from 'pino';

/**
 * Log lines as JSON on standard error; standard output is for what a person asked for.
 *
 * Paths of this list never appear, whoever logs an object that has them by mistake.
 */
export function createLogger(level: string): Logger {
  const secrets = ['secretAccessKey', 'sessionToken', 'authorization', 'headers.authorization', 'password'];
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: [...secrets, ...secrets.map((path) => `*.${path}`)], censor: '[secret]' },
    },
    // Synchronous: the last lines before a crash are the ones that matter.
    pino.destination({ fd: 2, sync: true }),
  );
}
