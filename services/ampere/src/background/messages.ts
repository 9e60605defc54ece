// What passes between the main thread and the one that reads large files and scrapes.
import type { ScraperAssignment } from '@ampere/contracts';
import type { AlertManagerReading, RuleFileReading } from '@ampere/control-plane';
import type { ScrapeStep } from '@ampere/scrape';
import type { Kubeconfigs } from '../configuration/outgoing.ts';
import type { ReadTask } from '../definition-readers.ts';

/** Plain data that the thread starts with. */
export interface BackgroundSettings {
  /** Where files of targets are. */
  readonly targetsFolder: string;
  /** Addresses beyond public and private ones that may be scraped, as networks. */
  readonly allow: readonly string[];
  /** Whether loopback and private addresses may be scraped. */
  readonly allowPrivate: boolean;
  readonly kubeconfigs: Kubeconfigs;
}

export type ToBackground =
  | { readonly type: 'read'; readonly id: number; readonly task: ReadTask }
  | { readonly type: 'scraper'; readonly assignment: ScraperAssignment }
  | { readonly type: 'no-scraper'; readonly scraperId: string }
  | { readonly type: 'written'; readonly id: number; readonly status: number; readonly text: string }
  | { readonly type: 'stop' };

export type FromBackground =
  | { readonly type: 'reading'; readonly id: number; readonly reading: RuleFileReading | AlertManagerReading }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | {
      readonly type: 'write';
      readonly id: number;
      readonly scraperId: string;
      readonly workspaceId: string;
      readonly body: Uint8Array;
    }
  | {
      readonly type: 'scraper-log';
      readonly scraperId: string;
      readonly logGroupArn: string;
      readonly step: ScrapeStep;
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, string | number>>;
    }
  | { readonly type: 'problem'; readonly message: string }
  | { readonly type: 'stopped' };
