/**
 * Why a token isn't accepted: it is no token, it has ended, it isn't genuine or not for us (`invalid`), or its
 * issuer's keys can't be had.
 */
export type TokenFault = 'malformed' | 'expired' | 'invalid' | 'keys-unavailable';

/** The text is fit for the client: it holds nothing of the token. */
export class TokenError extends Error {
  readonly fault: TokenFault;

  constructor(fault: TokenFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenError';
    this.fault = fault;
  }
}
