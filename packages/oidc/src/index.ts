export { type HttpGet, IssuerKeys } from './issuer-keys.ts';
export { TokenError, type TokenFault } from './token-error.ts';
export {
  type Claims,
  type IssuerFacts,
  readClaims,
  TOKEN_ALGORITHMS,
  TokenVerifier,
} from './token-verifier.ts';
