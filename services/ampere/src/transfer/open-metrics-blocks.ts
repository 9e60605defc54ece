// OpenMetrics text as blocks: every sample goes into a database of its own, which is then moved into blocks whole.
//
// 1. The file is read in pieces of whole lines, so that its length doesn't matter. It must end with `# EOF`.
// 2. Each sample must say its time, and times of a series must ascend, as in `promtool tsdb create-blocks-from`.

import type { Clock, Disk, DiskFile, Random } from '@ampere/platform';
import { encodeWriteRequest, type OutgoingSeries, WriteRequestDecoder } from '@ampere/remote-write';
import { ExpositionError, OpenMetricsParser, readSeries } from '@ampere/scrape';
import { isUlid, Tsdb } from '@ampere/tsdb';
import { TransferError } from './transfer-error.ts';

const PIECE_BYTES = 4 << 20;
const SAMPLES_PER_REQUEST = 5000;
const NEWLINE = 0x0a;
const EOF = '# EOF\n';

export interface OpenMetricsOptions {
  /** The text. */
  readonly path: string;
  /** Of the scratch database, which is removed by the caller. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly onProgress: (done: number, total: number) => void;
}

/** Resolves with the paths of the blocks. Rejects with a TransferError that names what is wrong in the text. */
export async function blocksOfOpenMetrics(options: OpenMetricsOptions): Promise<string[]> {
  const { path, folder, disk, clock, random } = options;
  const tsdb = await Tsdb.open({ folder, disk, clock, random, fsync: 'off' });
  try {
    const file = await disk.openRead(path);
    try {
      await readAll(file, tsdb, options);
    } finally {
      await file.close();
    }
    await tsdb.flush();
  } finally {
    await tsdb.close();
  }
  return (await disk.list(folder)).filter(isUlid).map((name) => `${folder}/${name}`);
}

async function readAll(file: DiskFile, tsdb: Tsdb, { path, onProgress }: OpenMetricsOptions): Promise<void> {
  const loader = new Loader(tsdb);
  const total = file.size();
  let rest = Buffer.alloc(0);
  let ended = false;
  for (let at = 0; at < total; ) {
    const piece = Buffer.alloc(PIECE_BYTES);
    const read = await file.read(piece, at);
    at += read;
    const bytes = Buffer.concat([rest, piece.subarray(0, read)]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    const text = bytes.subarray(0, end).toString();
    ended = text.endsWith(EOF);
    try {
      loader.read(ended ? text : text + EOF);
    } catch (error) {
      if (error instanceof ExpositionError) throw new TransferError(`${path}: ${error.message}`);
      throw error;
    }
    await tsdb.appender().commit();
    onProgress(at, total);
  }
  if (!ended || rest.length > 0) throw new TransferError(`${path}: data does not end with # EOF`);
}

class Loader {
  readonly #tsdb: Tsdb;
  readonly #decoder = new WriteRequestDecoder({ samplesMax: SAMPLES_PER_REQUEST, metadataMax: 0 });
  readonly #labels = new Map<string, [string, string][]>();

  constructor(tsdb: Tsdb) {
    this.#tsdb = tsdb;
  }

  /** Throws ExpositionError and TransferError. */
  read(text: string): void {
    const parser = new OpenMetricsParser(text);
    let batch: { labels: [string, string][]; samples: { timestampMs: number; value: number }[] }[] = [];
    for (let kind = parser.next(); kind !== 'end'; kind = parser.next()) {
      if (kind !== 'sample') continue;
      const { seriesText, timeMs, value } = parser;
      if (timeMs === undefined) throw new ExpositionError(`${seriesText} has a sample without a time`);
      batch.push({
        labels: this.#labelsOf(seriesText),
        samples: [{ timestampMs: Math.round(timeMs), value }],
      });
      if (batch.length < SAMPLES_PER_REQUEST) continue;
      this.#store(batch);
      batch = [];
    }
    this.#store(batch);
  }

  #labelsOf(text: string): [string, string][] {
    const known = this.#labels.get(text);
    if (known !== undefined) return known;
    const labels = readSeries(text);
    this.#labels.set(text, labels);
    return labels;
  }

  #store(timeseries: readonly OutgoingSeries[]): void {
    const { columns } = this.#decoder.decode(encodeWriteRequest({ timeseries }));
    const { refusals } = this.#tsdb.appender().append(columns);
    if (refusals[0] !== undefined) throw new TransferError(refusals[0].message);
  }
}
