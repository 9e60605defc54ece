/** A configuration that Alertmanager refuses; `message` is amtool's. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A request that the alert manager's API refuses; `message` is its text. */
export class AlertmanagerError extends Error {
  override readonly name = 'AlertmanagerError';
  readonly status: 400 | 404 | 500;

  constructor(status: 400 | 404 | 500, message: string) {
    super(message);
    this.status = status;
  }
}
