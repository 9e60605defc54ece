export {
  type LinePosition,
  RotatedLines,
  type RotatedLinesOptions,
  type StoredRecord,
} from './rotated-lines.ts';
