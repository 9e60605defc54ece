export { uncompress } from './snappy';
export { walkWriteRequest } from './write-request';
export { walkWriteRequestV2 } from './write-request-v2';
