export * from './ampere.ts';
export * from './signing-proxy.ts';
export * from './token-server.ts';
