export { type HttpGet, TOKEN_ALGORITHMS } from '@ampere/oidc';
export type {
  AuthenticationRefusal,
  Authenticator,
  PendingIdentity,
  RequestHead,
} from './authenticator.ts';
export { type DataRoute, dataRoutes } from './data-routes.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayBounds, GatewayLimits, GatewayOptions } from './gateway-options.ts';
export type { ListenAddress, NamedListener, TlsMaterial } from './listener.ts';
export { type NetworkRule, type NetworkRules, OPEN_NETWORK } from './network-scopes.ts';
export type { PrometheusErrorType, Refusal } from './refusals.ts';
export type { MonitoringRole, TokenGrant, TokenIssuer } from './tokens/token-issuer.ts';
