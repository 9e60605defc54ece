export { type HttpGet, IssuerKeys } from './issuer-keys.ts';
export { TokenError, type TokenFault } from './token-error.ts';
export { type Claims, readClaims, TokenVerifier } from './token-verifier.ts';
