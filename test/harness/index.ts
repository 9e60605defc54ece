export * from './ampere.ts';
export * from './signing-proxy.ts';
