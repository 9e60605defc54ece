// A server from its start to a signal, as a process.
//
// 1. The parts are opened in the order of start.ts; what it takes to reach the server is printed.
// 2. On SIGTERM or SIGINT all is closed in reverse: no new requests, those in flight end, the control plane
//    closes its database, the engine flushes. A signal after that ends the process at once.
// 3. When a start fails, what was open by then is closed the same way.

import { AccountError, StoreError } from '@ampere/control-plane';
import { type Clock, DiskError, SystemClock } from '@ampere/platform';
import { KubeconfigError } from '@ampere/scrape';
import type { Logger } from 'pino';
import type { Configuration } from './configuration/configuration.ts';
import { FolderLockError } from './folder-lock.ts';
import { createLogger } from './logger.ts';
import { Opened, type RunningServer, start } from './start.ts';

/** Signals closer together than this are one request to stop. */
const SAME_SIGNAL_MS = 1_000;

/** The server can't start; the message is one line for the person who started it. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Runs the server. Resolves to the exit code after it was stopped; throws StartError when it can't start. */
export async function serve(configuration: Configuration): Promise<number> {
  const logger = createLogger(configuration.logLevel);
  reportStrayErrors(logger);
  const stopRequested = signalled(logger, new SystemClock());
  const opened = new Opened();
  let server: RunningServer;
  try {
    server = await start(configuration, logger, opened);
  } catch (error) {
    await opened.close(logger);
    throw asStartError(error, logger);
  }
  process.stdout.write(`${server.greeting}\n`);
  const failed = await Promise.race([stopRequested.then(() => false), server.failed.then(() => true)]);
  const isClosed = await opened.close(logger);
  logger.info({ failed }, 'stopped');
  return failed || !isClosed ? 1 : 0;
}

/**
 * Resolves at the first SIGTERM or SIGINT; a later one ends the process without ceremony. One that comes
 * right after the first is the same request: a terminal signals the whole group, and npm hands on what
 * the group has already got.
 */
function signalled(logger: Logger, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const nowMs = clock.monotonicMs();
        if (firstMs !== undefined && nowMs - firstMs > SAME_SIGNAL_MS) process.exit(1);
        if (firstMs !== undefined) return;
        firstMs = nowMs;
        logger.info({ signal }, 'stopping');
        resolve();
      });
    }
  });
}

/** An error that nobody caught is a bug of ours, but must not take every workspace down with it. */
function reportStrayErrors(logger: Logger): void {
  process.on('uncaughtException', (error) =>
    logger.error({ err: error }, 'BUG: an exception that nobody caught'),
  );
  process.on('unhandledRejection', (error) =>
    logger.error({ err: error }, 'BUG: a rejection that nobody caught'),
  );
}

/** Faults of the world are one line; for anything else the log has the stack. */
function asStartError(error: unknown, logger: Logger): StartError {
  const { code, message } = error as NodeJS.ErrnoException;
  const isKnown =
    error instanceof FolderLockError ||
    error instanceof StoreError ||
    error instanceof AccountError ||
    error instanceof DiskError ||
    error instanceof KubeconfigError ||
    code === 'EADDRINUSE' ||
    code === 'EACCES' ||
    code === 'EADDRNOTAVAIL';
  if (!isKnown) logger.fatal({ err: error }, 'the server can not start');
  return new StartError(message, { cause: error });
}
