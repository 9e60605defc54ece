// Writes an index of version 1, as Prometheus did before 2.1: symbols and series are known by their file
// offsets. Nobody writes them any more; for tests of reading them.

import type { IndexReader } from '../block/index-reader.ts';
import { SeriesEntry } from '../block/index-reader.ts';
import { ByteBuffer } from '../wal/byte-buffer.ts';
import { crc32c } from '../wal/crc32c.ts';

export function encodeIndexV1(index: IndexReader): Uint8Array {
  const out = new ByteBuffer(1 << 16);
  const u32 = (into: ByteBuffer, value: number) => {
    into.reserve(4);
    into.view.setUint32(into.length, value);
    into.length += 4;
  };
  const putText = (into: ByteBuffer, value: string) => {
    const bytes = new TextEncoder().encode(value);
    into.reserve(bytes.length + 8);
    into.uvarint(bytes.length);
    into.append(bytes);
  };
  const section = (content: ByteBuffer) => {
    const at = out.length;
    u32(out, content.length);
    out.append(content.content());
    u32(out, crc32c(content.content()));
    return at;
  };
  const labels = new Map<number, ReturnType<IndexReader['labelsOf']>>();
  const entry = new SeriesEntry();
  for (const series of index.allSeries()) {
    index.readSeries(series, entry);
    labels.set(series, index.labelsOf(entry));
  }
  const symbols = [...new Set([...labels.values()].flatMap((set) => [...set.names, ...set.values]))].sort();
  u32(out, 0xbaaad700);
  out.append(Uint8Array.of(1));
  const content = new ByteBuffer();
  u32(content, symbols.length);
  const symbolOffsets = new Map<string, number>();
  for (const symbol of symbols) {
    symbolOffsets.set(symbol, out.length + 4 + content.length);
    putText(content, symbol);
  }
  const symbolsAt = section(content);

  const seriesAt = out.length;
  const lists = new Map<string, { name: string; value: string; series: number[] }>();
  const list = (name: string, value: string, at: number) => {
    const key = JSON.stringify([name, value]);
    if (!lists.has(key)) lists.set(key, { name, value, series: [] });
    lists.get(key)!.series.push(at);
  };
  for (const [series, set] of labels) {
    index.readSeries(series, entry);
    const body = new ByteBuffer(64 + 32 * (set.size + entry.chunkCount));
    body.uvarint(set.size);
    for (const [name, value] of set) {
      body.uvarint(symbolOffsets.get(name)!);
      body.uvarint(symbolOffsets.get(value)!);
      list(name, value, out.length);
    }
    list('', '', out.length);
    body.uvarint(entry.chunkCount);
    for (let i = 0; i < entry.chunkCount; i++) {
      if (i === 0) body.varint(entry.minTimesMs[0]!);
      else body.uvarint(entry.minTimesMs[i]! - entry.maxTimesMs[i - 1]!);
      body.uvarint(entry.maxTimesMs[i]! - entry.minTimesMs[i]!);
      if (i === 0) body.uvarint(entry.chunkRefs[0]!);
      else body.varint(entry.chunkRefs[i]! - entry.chunkRefs[i - 1]!);
    }
    out.reserve(8);
    out.uvarint(body.length);
    out.append(body.content());
    u32(out, crc32c(body.content()));
  }

  const table = new ByteBuffer();
  u32(table, lists.size);
  const postingsAt = out.length;
  // In no order, as the earliest programs wrote them.
  for (const { name, value, series } of [...lists.values()].reverse()) {
    content.length = 0;
    u32(content, series.length);
    for (const at of series) u32(content, at);
    table.reserve(8);
    table.uvarint(2);
    putText(table, name);
    putText(table, value);
    table.reserve(8);
    table.uvarint(section(content));
  }
  const tableAt = section(table);
  const from = out.length;
  for (const offset of [symbolsAt, seriesAt, 0, 0, postingsAt, tableAt]) {
    u32(out, 0);
    u32(out, offset);
  }
  u32(out, crc32c(out.bytes, from, out.length));
  return out.content();
}
