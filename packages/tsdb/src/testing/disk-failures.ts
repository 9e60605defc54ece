import { DiskError } from '@ampere/platform';

/** Whether an error comes of a failing disk, and of nothing else. */
export function isDiskFailure(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isDiskFailure);
  return error instanceof DiskError || (error instanceof Error && isDiskFailure(error.cause));
}
