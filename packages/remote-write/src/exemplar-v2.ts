import { readReference } from './series-metadata.ts';
import type { SymbolTable } from './symbol-table.ts';
import { DELIMITED, FIXED64, VARINT, type WireReader } from './wire-reader.ts';

const LABELS_REFS = (1 << 3) | DELIMITED;
const LABELS_REF = (1 << 3) | VARINT;
const VALUE = (2 << 3) | FIXED64;
const TIMESTAMP = (3 << 3) | VARINT;
const FIELDS = ['', 'labels_refs', 'value', 'timestamp'];

/** Reads an Exemplar that ends at `end`: nothing of it is kept, but its references are held to be right. */
export function checkExemplar(reader: WireReader, end: number, symbols: SymbolTable): void {
  let references = 0;
  let refsAt = 0;
  while (reader.at < end) {
    const tagAt = reader.at;
    const tag = reader.tag(end, 'Exemplar');
    if (tag === LABELS_REFS) {
      const refsEnd = reader.contentEnd(end, 'Exemplar.labels_refs');
      for (refsAt = tagAt; reader.at < refsEnd; references++) {
        readReference(reader, refsEnd, 'Exemplar.labels_refs', symbols);
      }
    } else if (tag === LABELS_REF) {
      readReference(reader, end, 'Exemplar.labels_refs', symbols);
      refsAt = tagAt;
      references++;
    } else if (tag === VALUE) {
      reader.fixed(8, end, 'Exemplar.value');
    } else if (tag === TIMESTAMP) {
      reader.int64(end, 'Exemplar.timestamp');
    } else {
      reader.skipUnknown(tag, tagAt, end, 'Exemplar', FIELDS);
    }
  }
  if (references % 2 === 1) {
    throw reader.malformed(refsAt, 'Exemplar.labels_refs', 'an odd number of references');
  }
}
