export { TEXT_CONTENT_TYPE } from './exposition.ts';
export { Counter, Gauge, Histogram } from './instruments.ts';
export { Registry, type Report, type VecOptions } from './registry.ts';
export { OVERFLOW, Vec } from './vec.ts';
