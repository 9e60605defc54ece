// Takes the samples of elected replicas out of a write request and drops those of the others.
//
// When the decoder has met no `__replica__` there is nothing to do. Else, for each series:
// 1. `cluster` and `__replica__` are found in the label bytes. Without both, it stays as it is.
// 2. The tracker says whether the replica is the elected one. The answer holds for all series of the
//    request with the same two values, so that it is asked once where there is one sender.
// 3. Of the elected one, `__replica__` is cut out by moving the bytes in front of it; of others the
//    series is left out and the columns close up.
//
// All of it happens in place: the request's arrays are the decoder's, who fills them anew next time.

import { assert } from '@ampere/platform';
import type { PairLabels } from '@ampere/remote-write';
import type { WriteColumns, WriteExemplar, WriteHistogram } from '@ampere/series';
import { HaLabels } from './ha-labels.ts';
import type { HaTracker, HaVerdict } from './ha-tracker.ts';

/** Longer values are left to storage: nobody names a cluster so, and the tracker's memory is bounded. */
const VALUE_BYTES_MAX = 1024;

/** What became of a request. Counts are of float samples where nothing else is said. */
export interface HaOutcome {
  /** What is to be stored, valid as long as what came in was; that itself is not to be used any more. */
  readonly columns: WriteColumns;
  /** Of replicas that are not elected: float samples, native histograms, exemplars. */
  readonly deduplicated: number;
  readonly deduplicatedHistograms: number;
  readonly deduplicatedExemplars: number;
  /** Of clusters that there is no room for, native histograms included. */
  readonly ofClustersTooMany: number;
  /** Kept as they are, for want of the other label. */
  readonly withoutReplica: number;
  readonly withoutCluster: number;
  /** One replica that was dropped and the elected one of its cluster, for the answer. */
  readonly example: { readonly replica: string; readonly elected: string } | undefined;
}

const text = new TextDecoder('utf-8', { ignoreBOM: true });

export class HaFilter {
  readonly #labels = new HaLabels();
  /** The values that `#verdict` is of: cluster, then replica. */
  readonly #knownBytes = new Uint8Array(2 * VALUE_BYTES_MAX);
  #knownCluster = 0;
  #knownReplica = 0;
  #verdict: HaVerdict = 'elected';
  #example: HaOutcome['example'];

  /** @param pairLabels what the decoder has counted already, of the very columns */
  apply(columns: WriteColumns, tracker: HaTracker, pairLabels?: PairLabels): HaOutcome {
    if (pairLabels?.replicaSeries === 0) return ofNoPair(columns, pairLabels);
    const { bytes, labelsFrom, labelsTo, firstSample } = columns;
    const labels = this.#labels;
    this.#knownCluster = this.#knownReplica = 0;
    this.#example = undefined;
    const extras = new Extras(columns);
    let deduplicated = 0;
    let ofClustersTooMany = 0;
    let withoutReplica = 0;
    let withoutCluster = 0;
    let series = 0;
    let samples = 0;
    let first = 0;
    for (let i = 0; i < columns.seriesCount; i++) {
      const end = firstSample[i + 1]!;
      const count = end - first;
      let from = labelsFrom[i]!;
      const to = labelsTo[i]!;
      labels.find(bytes, from, to);
      if (labels.replicaTo === 0) {
        if (labels.clusterTo !== 0) withoutReplica += count;
      } else if (labels.clusterTo === 0) {
        withoutCluster += count;
      } else if (this.#isUsable()) {
        const verdict = this.#isKnown(bytes) ? this.#verdict : this.#ask(bytes, tracker);
        if (verdict !== 'elected') {
          extras.drop(i, verdict === 'other');
          if (verdict === 'other') deduplicated += count;
          else ofClustersTooMany += count;
          first = end;
          continue;
        }
        from = cut(bytes, from, labels.replicaLabelFrom, labels.replicaTo);
      }
      labelsFrom[series] = from;
      labelsTo[series] = to;
      if (samples !== first) moveSamples(columns, first, end, samples);
      extras.keep(i, series);
      samples += count;
      series++;
      firstSample[series] = samples;
      first = end;
    }
    assert(
      samples + deduplicated + ofClustersTooMany === columns.sampleCount,
      'samples were lost on the way through deduplication',
    );
    return {
      columns: {
        ...columnsOf(columns),
        seriesCount: series,
        sampleCount: samples,
        histograms: extras.histograms,
        exemplars: extras.exemplars,
      },
      deduplicated,
      deduplicatedHistograms: extras.histogramsOfOthers,
      deduplicatedExemplars: extras.exemplarsOfOthers,
      ofClustersTooMany: ofClustersTooMany + extras.histogramsRefused,
      withoutReplica,
      withoutCluster,
      example: this.#example,
    };
  }

  #isUsable(): boolean {
    const { clusterFrom, clusterTo, replicaFrom, replicaTo, isAmbiguous } = this.#labels;
    return (
      !isAmbiguous && clusterTo - clusterFrom <= VALUE_BYTES_MAX && replicaTo - replicaFrom <= VALUE_BYTES_MAX
    );
  }

  /** Whether the series at hand has the values of the last question. */
  #isKnown(bytes: Uint8Array): boolean {
    const { clusterFrom, clusterTo, replicaFrom, replicaTo } = this.#labels;
    const cluster = clusterTo - clusterFrom;
    const replica = replicaTo - replicaFrom;
    if (cluster !== this.#knownCluster || replica !== this.#knownReplica) return false;
    const known = this.#knownBytes;
    for (let i = 0; i < replica; i++) if (bytes[replicaFrom + i] !== known[cluster + i]) return false;
    for (let i = 0; i < cluster; i++) if (bytes[clusterFrom + i] !== known[i]) return false;
    return true;
  }

  #ask(bytes: Uint8Array, tracker: HaTracker): HaVerdict {
    const { clusterFrom, clusterTo, replicaFrom, replicaTo } = this.#labels;
    const clusterBytes = bytes.subarray(clusterFrom, clusterTo);
    const replicaBytes = bytes.subarray(replicaFrom, replicaTo);
    this.#knownBytes.set(clusterBytes);
    this.#knownBytes.set(replicaBytes, clusterBytes.length);
    this.#knownCluster = clusterBytes.length;
    this.#knownReplica = replicaBytes.length;
    const cluster = text.decode(clusterBytes);
    const replica = text.decode(replicaBytes);
    this.#verdict = tracker.hear(cluster, replica);
    if (this.#verdict === 'other')
      this.#example ??= { replica, elected: tracker.electedOf(cluster) ?? replica };
    return this.#verdict;
  }
}

/** Nobody sent as one of a pair, which is the ordinary case. */
function ofNoPair(columns: WriteColumns, { clusterSamples }: PairLabels): HaOutcome {
  return {
    columns,
    deduplicated: 0,
    deduplicatedHistograms: 0,
    deduplicatedExemplars: 0,
    ofClustersTooMany: 0,
    withoutReplica: clusterSamples,
    withoutCluster: 0,
    example: undefined,
  };
}

function columnsOf(
  columns: WriteColumns,
): Omit<WriteColumns, 'seriesCount' | 'sampleCount' | 'histograms' | 'exemplars'> {
  const { bytes, labelsFrom, labelsTo, firstSample, timesMs, valueWords, startsMs } = columns;
  return { bytes, labelsFrom, labelsTo, firstSample, timesMs, valueWords, startsMs };
}

/** The histograms and exemplars of a request, which follow their series. Series are handled in their order. */
class Extras {
  readonly histograms: WriteHistogram[] = [];
  readonly exemplars: WriteExemplar[] = [];
  histogramsOfOthers = 0;
  exemplarsOfOthers = 0;
  /** Of clusters that there is no room for. */
  histogramsRefused = 0;
  readonly #columns: WriteColumns;
  #histogram = 0;
  #exemplar = 0;

  constructor(columns: WriteColumns) {
    this.#columns = columns;
  }

  /** The series stays, under another number. */
  keep(from: number, to: number): void {
    const { histograms, exemplars } = this.#columns;
    for (; histograms[this.#histogram]?.series === from; this.#histogram++) {
      const one = histograms[this.#histogram]!;
      this.histograms.push(from === to ? one : { ...one, series: to });
    }
    for (; exemplars[this.#exemplar]?.series === from; this.#exemplar++) {
      const one = exemplars[this.#exemplar]!;
      this.exemplars.push(from === to ? one : { ...one, series: to });
    }
  }

  drop(series: number, isOfOther: boolean): void {
    const { histograms, exemplars } = this.#columns;
    for (; histograms[this.#histogram]?.series === series; this.#histogram++) {
      if (isOfOther) this.histogramsOfOthers++;
      else this.histogramsRefused++;
    }
    for (; exemplars[this.#exemplar]?.series === series; this.#exemplar++) {
      if (isOfOther) this.exemplarsOfOthers++;
    }
  }
}

/** Takes [cutFrom, cutTo) out of the run that begins at `from`; returns where it begins now. */
function cut(bytes: Uint8Array, from: number, cutFrom: number, cutTo: number): number {
  let into = cutTo;
  for (let at = cutFrom; at > from; ) bytes[--into] = bytes[--at]!;
  return into;
}

function moveSamples(columns: WriteColumns, first: number, end: number, into: number): void {
  const { timesMs, valueWords, startsMs } = columns;
  for (let sample = first, to = into; sample < end; sample++, to++) {
    timesMs[to] = timesMs[sample]!;
    valueWords[2 * to] = valueWords[2 * sample]!;
    valueWords[2 * to + 1] = valueWords[2 * sample + 1]!;
    if (startsMs !== undefined) startsMs[to] = startsMs[sample]!;
  }
}
