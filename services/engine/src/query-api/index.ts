export { promQl } from './promql.ts';
export { QueryApi, type QueryApiOptions } from './query-api.ts';
export { QUERY_API_PREFIX } from './routes.ts';
export type {
  BuildInfo,
  MetadataEntry,
  MetadataSource,
  PromQl,
  QueryLimits,
  QueryTenant,
} from './tenant.ts';
