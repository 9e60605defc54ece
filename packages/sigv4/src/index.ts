export {
  HELP_LENGTH_MAX,
  type Refusal,
  type Refused,
  type SignatureErrorType,
} from './refusals.ts';
export { presign, type SigningContext, type SigningCredentials, signRequest } from './sign.ts';
export { signUrl, type UrlRequest } from './sign-url.ts';
export { type RequestHead, readSignatureClaim, type SignatureClaim } from './signature-claim.ts';
export { SigningKeyCache } from './signing-key.ts';
export {
  type AccessKey,
  beginVerification,
  CLOCK_WINDOW_SECONDS,
  type PendingVerification,
  type VerificationDeps,
  type Verified,
  verifyRequest,
} from './verify.ts';
