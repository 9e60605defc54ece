export type {
  AuthenticationRefusal,
  Authenticator,
  PendingIdentity,
  RequestHead,
} from './authenticator.ts';
export { createGateway, type Gateway, type ListenAddress } from './gateway.ts';
export type { GatewayBounds, GatewayLimits, GatewayOptions } from './gateway-options.ts';
export type { PrometheusErrorType, Refusal } from './refusals.ts';
