/**
 * An outgoing request that came to nothing. `refused`: the address policy or the request itself forbids it,
 * and another attempt changes nothing; `network`: connection, name or time, which may pass. The text names
 * the host, never a path, a query or a secret.
 */
export class OutboundError extends Error {
  readonly kind: 'refused' | 'network';

  constructor(kind: 'refused' | 'network', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundError';
    this.kind = kind;
  }
}
