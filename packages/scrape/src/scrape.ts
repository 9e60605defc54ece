// One look at a target: what it sent, as series to store.
//
// 1. The body is read by its content type; every line is found in the cache by the text of its series, so
//    that labels are made and relabelled once for a series.
// 2. Labels of the target win over those of the same name in the body, which are kept as `exported_…`;
//    with honor_labels it is the other way round. Then metric relabelling; what it drops is dropped.
// 3. A limit that is broken refuses the whole look, like any other fault: then all that is told is `up 0`.
// 4. Series that were there the last time and aren't now end in a stale marker. Samples with timestamps of
//    their own have no such end, unless the job tracks it.
// 5. What the look itself tells: up, scrape_duration_seconds, scrape_samples_scraped,
//    scrape_samples_post_metric_relabeling, scrape_series_added.
import { METRIC_NAME } from '@ampere/series';
import type { ScrapeJob } from './configuration/configuration.ts';
import type { FetchedBody } from './fetch.ts';
import { ExpositionError, type ExpositionParser } from './parse/entry.ts';
import { OpenMetricsParser } from './parse/open-metrics-parser.ts';
import { readSeries } from './parse/series-text.ts';
import { TextParser } from './parse/text-parser.ts';
import { type LabelMap, relabel, seriesKey, sortedPairs } from './relabel.ts';
import type { Target } from './target.ts';

export type Pairs = readonly (readonly [string, string])[];

/** A sample to be stored. */
export interface ScrapedSample {
  readonly labels: Pairs;
  readonly timeMs: number;
  readonly value: number;
  readonly stale: boolean;
}

/** What a metric family is; as the remote write protocol has it. */
export interface ScrapedMetadata {
  readonly family: string;
  type: string;
  help: string;
  unit: string;
}

export interface Look {
  readonly samples: readonly ScrapedSample[];
  /** Families that were not seen before, or are another thing now. */
  readonly metadata: readonly ScrapedMetadata[];
  /** Why the target counts as down; undefined when it is up. */
  readonly problem: string | undefined;
}

interface CachedSeries {
  /** Undefined: relabelling drops it. */
  readonly labels: Pairs | undefined;
  readonly key: string;
  lookNumber: number;
}

/** A body whose content type this program doesn't read, or that breaks a limit of its job. */
class LookError extends Error {}

interface Counts {
  scraped: number;
  kept: number;
  added: number;
}

/** More families than that are not remembered. */
const METADATA_MAX = 10_000;

export class TargetState {
  readonly target: Target;
  readonly #job: ScrapeJob;
  readonly #external: ReadonlyMap<string, string>;
  readonly #cache = new Map<string, CachedSeries>();
  readonly #families = new Map<string, string>();
  /** Series of the last look that would end in a stale marker. */
  #last = new Map<string, Pairs>();
  #lookNumber = 0;
  #report: readonly Pairs[];

  constructor(target: Target, job: ScrapeJob, external: ReadonlyMap<string, string>) {
    this.target = target;
    this.#job = job;
    this.#external = external;
    this.#report = REPORT_NAMES.map((name) => this.#reportLabels(name));
  }

  /**
   * Makes samples of what a target sent, or of why it didn't.
   *
   * @param timeMs when it was asked.
   */
  look(answer: FetchedBody | Error, timeMs: number, durationMs: number): Look {
    this.#lookNumber++;
    const samples: ScrapedSample[] = [];
    const now = new Map<string, Pairs>();
    const counts = { scraped: 0, kept: 0, added: 0 };
    let metadata: readonly ScrapedMetadata[] = [];
    let problem: string | undefined;
    try {
      if (answer instanceof Error) throw new LookError(answer.message);
      if (answer.status !== 200) throw new LookError(`server returned HTTP status ${answer.status}`);
      metadata = this.#read(this.#parserOf(answer), timeMs, samples, now, counts);
    } catch (error) {
      if (!(error instanceof LookError) && !(error instanceof ExpositionError)) throw error;
      problem = error.message;
      samples.length = 0;
      now.clear();
    }
    for (const [key, labels] of this.#last) if (!now.has(key)) samples.push(stale(labels, timeMs));
    this.#last = now;
    this.#forgetGone();
    const values = [
      problem === undefined ? 1 : 0,
      durationMs / 1000,
      counts.scraped,
      counts.kept,
      counts.added,
    ];
    for (const [at, labels] of this.#report.entries()) {
      samples.push({ labels, timeMs, value: values[at]!, stale: false });
    }
    return { samples, metadata, problem };
  }

  /** What ends all of its series, when the target is no more. */
  end(timeMs: number): ScrapedSample[] {
    return [...this.#last.values(), ...this.#report].map((labels) => stale(labels, timeMs));
  }

  #parserOf({ contentType, body }: FetchedBody): ExpositionParser {
    const text = decode(body);
    const media = contentType.split(';', 1)[0]!.trim().toLowerCase();
    if (media === 'application/openmetrics-text') return new OpenMetricsParser(text);
    if (media === 'text/plain') return new TextParser(text);
    if (this.#job.fallbackFormat === undefined) {
      throw new LookError(
        media === ''
          ? 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target'
          : `received unsupported Content-Type ${JSON.stringify(contentType.slice(0, 100))} and no fallback_scrape_protocol specified for target`,
      );
    }
    return this.#job.fallbackFormat === 'text' ? new TextParser(text) : new OpenMetricsParser(text);
  }

  /** The counts go on until something is wrong, as Prometheus tells them. */
  #read(
    parser: ExpositionParser,
    timeMs: number,
    samples: ScrapedSample[],
    now: Map<string, Pairs>,
    counts: Counts,
  ): ScrapedMetadata[] {
    const { honorTimestamps, trackTimestampsStaleness, limits } = this.#job;
    const families = new Map<string, ScrapedMetadata>();
    for (;;) {
      const kind = parser.next();
      if (kind === 'end') break;
      if (kind !== 'sample') {
        noteFamily(families, parser, kind);
        continue;
      }
      counts.scraped++;
      const series = this.#seriesOf(parser.seriesText);
      if (series.labels === undefined) continue;
      counts.kept++;
      if (limits.samplesMax > 0 && counts.kept > limits.samplesMax)
        throw new LookError('sample limit exceeded');
      const ownTimeMs = honorTimestamps ? parser.timeMs : undefined;
      samples.push({ labels: series.labels, timeMs: ownTimeMs ?? timeMs, value: parser.value, stale: false });
      if (ownTimeMs !== undefined && !trackTimestampsStaleness) continue;
      if (!this.#last.has(series.key) && !now.has(series.key)) counts.added++;
      now.set(series.key, series.labels);
    }
    return this.#newFamilies(families);
  }

  #seriesOf(text: string): CachedSeries {
    let series = this.#cache.get(text);
    if (series === undefined) {
      const labels = this.#labelsOf(text);
      series = { labels, key: labels === undefined ? '' : seriesKey(labels), lookNumber: 0 };
      this.#cache.set(text, series);
    }
    series.lookNumber = this.#lookNumber;
    return series;
  }

  #labelsOf(text: string): Pairs | undefined {
    const labels: LabelMap = new Map();
    for (const [name, value] of readSeries(text)) {
      if (labels.has(name))
        throw new ExpositionError(`label ${JSON.stringify(name)} is there twice in ${text.slice(0, 200)}`);
      labels.set(name, value);
    }
    this.#checkLabels(labels);
    if (this.#job.honorLabels) {
      // An empty one counts as the series' own wish to have none.
      for (const [name, value] of this.target.labels) if (!labels.has(name)) labels.set(name, value);
      dropEmpty(labels);
    } else {
      dropEmpty(labels);
      const displaced = this.target.labels.flatMap(([name]) => {
        const value = labels.get(name);
        return value === undefined ? [] : ([[name, value]] as const);
      });
      for (const [name, value] of this.target.labels) labels.set(name, value);
      for (const [name, value] of displaced) {
        let exported = `exported_${name}`;
        while (labels.has(exported)) exported = `exported_${exported}`;
        labels.set(exported, value);
      }
    }
    if (!relabel(labels, this.#job.metricRelabelRules)) return undefined;
    if (!labels.has(METRIC_NAME)) throw new LookError('metric name is missing after relabelling');
    return this.#finished(labels);
  }

  /** The limits are those of what the target sent. */
  #checkLabels(labels: LabelMap): void {
    const { labelsMax, labelNameBytesMax, labelValueBytesMax } = this.#job.limits;
    const metric = labels.get(METRIC_NAME);
    const count = labels.size + this.target.labels.length;
    if (labelsMax > 0 && count > labelsMax) {
      throw new LookError(
        `label_limit exceeded (metric: ${JSON.stringify(metric)}, number of labels: ${count}, limit: ${labelsMax})`,
      );
    }
    if (labelNameBytesMax === 0 && labelValueBytesMax === 0) return;
    for (const [name, value] of labels) {
      if (labelNameBytesMax > 0 && Buffer.byteLength(name) > labelNameBytesMax) {
        throw new LookError(
          `label_name_length_limit exceeded (metric: ${JSON.stringify(metric)}, label name: ${JSON.stringify(name)})`,
        );
      }
      if (labelValueBytesMax > 0 && Buffer.byteLength(value) > labelValueBytesMax) {
        throw new LookError(
          `label_value_length_limit exceeded (metric: ${JSON.stringify(metric)}, label name: ${JSON.stringify(name)})`,
        );
      }
    }
  }

  #reportLabels(name: string): Pairs {
    return this.#finished(new Map([...this.target.labels, [METRIC_NAME, name]]));
  }

  #finished(labels: LabelMap): Pairs {
    for (const [name, value] of this.#external) if (!labels.has(name)) labels.set(name, value);
    return sortedPairs(labels);
  }

  #newFamilies(families: ReadonlyMap<string, ScrapedMetadata>): ScrapedMetadata[] {
    const fresh: ScrapedMetadata[] = [];
    for (const metadata of families.values()) {
      const text = JSON.stringify(metadata);
      if (this.#families.get(metadata.family) === text) continue;
      if (this.#families.size < METADATA_MAX) this.#families.set(metadata.family, text);
      fresh.push(metadata);
    }
    return fresh;
  }

  /** What wasn't in this look isn't kept. After a failed one everything is: the next one has it again. */
  #forgetGone(): void {
    if (this.#cache.size <= 2 * this.#last.size + 100) return;
    for (const [text, { lookNumber }] of this.#cache) {
      if (lookNumber !== this.#lookNumber) this.#cache.delete(text);
    }
  }
}

const REPORT_NAMES: readonly string[] = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

function dropEmpty(labels: LabelMap): void {
  for (const [name, value] of labels) if (value === '') labels.delete(name);
}

function noteFamily(
  families: Map<string, ScrapedMetadata>,
  { family, text }: ExpositionParser,
  kind: 'type' | 'help' | 'unit',
): void {
  let metadata = families.get(family);
  if (metadata === undefined) {
    metadata = { family, type: 'unknown', help: '', unit: '' };
    families.set(family, metadata);
  }
  metadata[kind] = text;
}

function stale(labels: Pairs, timeMs: number): ScrapedSample {
  return { labels, timeMs, value: Number.NaN, stale: true };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw new LookError('the body is not valid UTF-8');
  }
}
