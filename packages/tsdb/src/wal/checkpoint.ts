// Replaces the oldest segments of the log by one file with the series that they introduced.
//
// 1. The checkpoint is written under a temporary name: the floor, then every series in memory with its
//    number, then the exemplars in memory, whose records go with the segments. It is synced and renamed into place, and the rename is synced.
// 2. Only then the segments and older checkpoints are removed. A crash in between leaves files that the
//    reader ignores and the next checkpoint removes.

import type { Disk, Random } from '@ampere/platform';
import type { Labels } from '@ampere/series';
import { encodeLabels } from '../head/label-set.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { ExemplarsRecord, type LoggedExemplar } from './histogram-records.ts';
import {
  floorPayload,
  frameRecord,
  RECORD_BYTES_MAX,
  RECORD_EXEMPLARS,
  RECORD_FLOOR,
  RECORD_SERIES,
  SeriesRecord,
  stampMark,
} from './records.ts';
import { checkpointName, checkpointNumber, encodeHeader, segmentNumber } from './segment-file.ts';

/** Enumerates all series: calls `add` for each, and may stop in between by yielding. */
export type SeriesSource = (
  add: (number: number, bytes: Uint8Array, from: number, to: number) => void,
) => Iterable<void>;

export interface CheckpointContent {
  readonly floorMs: number;
  readonly series: SeriesSource;
  /** Valid for as long as nobody else runs. */
  readonly exemplars: Iterable<readonly [series: Labels, exemplar: LoggedExemplar]>;
}

/** Writes the checkpoint that covers everything before segment `number`. Nothing is removed. */
export async function writeCheckpoint(
  disk: Disk,
  folder: string,
  random: Random,
  number: number,
  { floorMs, series, exemplars }: CheckpointContent,
): Promise<void> {
  const path = `${folder}/${checkpointName(number)}`;
  const temporary = `${path}.tmp`;
  await disk.remove(temporary);
  const mark = new DataView(random.bytes(4).slice().buffer).getUint32(0, true);
  const file = await disk.openAppend(temporary, 'create');
  try {
    await file.append(encodeHeader({ number, mark, previousTrustedBytes: 0, previousProvenBytes: 0 }));
    const batch = new ByteBuffer();
    const record = new SeriesRecord();
    const flush = async () => {
      if (record.payload.length > 0) frameRecord(batch, RECORD_SERIES, record.payload.content());
      record.clear();
      stampMark(batch, mark);
      await file.append(batch.content());
      batch.length = 0;
    };
    frameRecord(batch, RECORD_FLOOR, floorPayload(floorMs));
    for (const _ of series((...one) => record.add(...one))) {
      if (record.payload.length >= RECORD_BYTES_MAX) await flush();
    }
    frameExemplars(exemplars, batch);
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncFolder(folder);
}

/** Removes segments and checkpoints that the checkpoint `number` stands for, and unfinished checkpoints. */
export async function removeCovered(disk: Disk, folder: string, number: number): Promise<void> {
  for (const name of await disk.list(folder)) {
    const covered =
      (segmentNumber(name) ?? number) < number ||
      (checkpointNumber(name) ?? number) < number ||
      name.endsWith('.tmp');
    if (covered) await disk.remove(`${folder}/${name}`);
  }
  await disk.syncFolder(folder);
}

function frameExemplars(exemplars: CheckpointContent['exemplars'], batch: ByteBuffer): void {
  const record = new ExemplarsRecord();
  const key = new ByteBuffer();
  const frame = () => frameRecord(batch, RECORD_EXEMPLARS, record.payload.content());
  for (const [labels, exemplar] of exemplars) {
    key.length = 0;
    encodeLabels(labels, key);
    record.add(key.content(), exemplar);
    if (record.payload.length < RECORD_BYTES_MAX) continue;
    frame();
    record.clear();
  }
  if (record.payload.length > 0) frame();
}
