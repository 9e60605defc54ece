export { DecodeError, type DecodeErrorKind } from './errors.ts';
export { type DecodedExemplar, decodeExemplar, decodeExemplarV2 } from './exemplar.ts';
export { type DecodedHistogram, decodeHistogram } from './histogram.ts';
export { encodeHistogram, type OutgoingHistogram } from './histogram-encoder.ts';
export { LabelScratch, readLabelRun } from './label-run.ts';
export { METRIC_TYPES, type MetricMetadata, type MetricType } from './metadata.ts';
export { ScratchMemory } from './scratch-memory.ts';
export { SnappyDecoder } from './snappy-decoder.ts';
export { encodeSnappy } from './snappy-encoder.ts';
export { FIELD_TYPES, WireReader } from './wire-reader.ts';
export {
  type DecodedWriteRequest,
  type WriteRequestBounds,
  WriteRequestDecoder,
} from './write-request-decoder.ts';
export {
  encodeWriteRequest,
  type OutgoingExemplar,
  type OutgoingSample,
  type OutgoingSeries,
  type OutgoingWriteRequest,
} from './write-request-encoder.ts';
export { type KernelWriteRequest, type PairLabels, WriteRequestKernel } from './write-request-kernel.ts';
export {
  type DecodedWriteRequestV2,
  type WriteRequestV2Bounds,
  WriteRequestV2Decoder,
} from './write-request-v2-decoder.ts';
export {
  encodeWriteRequestV2,
  type OutgoingSampleV2,
  type OutgoingSeriesV2,
} from './write-request-v2-encoder.ts';
