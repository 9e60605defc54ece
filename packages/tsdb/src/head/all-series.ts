import { ByteBuffer } from '../wal/byte-buffer.ts';
import type { SeriesSource } from '../wal/checkpoint.ts';
import type { Head } from './head.ts';
import type { SeriesAliases } from './head-replay.ts';

/** A checkpoint lets others run after so many series. */
const SERIES_PER_STEP = 1000;

/** All series of a head with their numbers in the log, for a checkpoint. */
export function allSeries(head: Head, aliases: SeriesAliases): SeriesSource {
  return function* (add) {
    const key = new ByteBuffer();
    const addOne = (number: number, series: number) => {
      key.length = 0;
      head.writeKey(series, key);
      add(number, key.bytes, 0, key.length);
    };
    for (let series = 0; series < head.bound; series++) {
      if (head.index.isSeries(series)) addOne(head.numberOf(series), series);
      if (series % SERIES_PER_STEP === 0) yield;
    }
    for (const [number, series] of aliases.entries()) {
      addOne(number, series);
      yield;
    }
  };
}
