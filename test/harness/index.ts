export * from './ampere.ts';
export * from './processes.ts';
export * from './real-programs.ts';
export * from './signing-proxy.ts';
