/** The configuration can't be used; the message is one line for the person who wrote it. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}
