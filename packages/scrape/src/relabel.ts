// Relabelling (Prometheus, "relabel_config"): rules that are applied to labels in order.
//
// Regular expressions are RE2's, over the whole text. A rule of keep, drop, keepequal or dropequal may
// end it all: then there is nothing to scrape, or no series.
import { createHash } from 'node:crypto';
import { compareText } from '@ampere/series';
import type { RE2JS } from 're2js';

export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'keepequal'
  | 'dropequal'
  | 'hashmod'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase';

export interface RelabelRule {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** Anchored by `matches`. */
  readonly regex: RE2JS;
  readonly modulus: number;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly action: RelabelAction;
}

/** Labels by name. An empty value is no label. */
export type LabelMap = Map<string, string>;

/** Changes the labels; false: they are dropped. */
export function relabel(labels: LabelMap, rules: readonly RelabelRule[]): boolean {
  for (const rule of rules) if (!applyRule(labels, rule)) return false;
  return true;
}

function applyRule(labels: LabelMap, rule: RelabelRule): boolean {
  const { regex, targetLabel, replacement } = rule;
  const value = rule.sourceLabels.map((name) => labels.get(name) ?? '').join(rule.separator);
  switch (rule.action) {
    case 'keep':
      return regex.matcher(value).matches();
    case 'drop':
      return !regex.matcher(value).matches();
    case 'keepequal':
      return value === (labels.get(targetLabel) ?? '');
    case 'dropequal':
      return value !== (labels.get(targetLabel) ?? '');
    case 'replace': {
      const matcher = regex.matcher(value);
      if (!matcher.matches()) return true;
      set(labels, expand(targetLabel, matcher), expand(replacement, matcher));
      return true;
    }
    case 'lowercase':
      set(labels, targetLabel, value.toLowerCase());
      return true;
    case 'uppercase':
      set(labels, targetLabel, value.toUpperCase());
      return true;
    case 'hashmod': {
      // Go takes the last eight bytes of the MD5 sum as a big-endian number.
      const sum = createHash('md5').update(value).digest().readBigUInt64BE(8);
      set(labels, targetLabel, String(sum % BigInt(rule.modulus)));
      return true;
    }
    case 'labelmap':
      for (const [name, own] of [...labels]) {
        const matcher = regex.matcher(name);
        if (matcher.matches()) set(labels, expand(replacement, matcher), own);
      }
      return true;
    case 'labeldrop':
    case 'labelkeep':
      for (const name of [...labels.keys()]) {
        if (regex.matcher(name).matches() === (rule.action === 'labeldrop')) labels.delete(name);
      }
      return true;
  }
}

function set(labels: LabelMap, name: string, value: string): void {
  if (value === '') labels.delete(name);
  else if (name !== '') labels.set(name, value);
}

interface Groups {
  group(group: number | string): string | null;
  groupCount(): number;
}

/** Go's Expand: `$1`, `${1}`, `$name`, `${name}`, `$$`; what names no group is empty. */
function expand(template: string, matcher: Groups): string {
  if (!template.includes('$')) return template;
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return whole === '$$' ? '$' : '';
    if (/^\d+$/.test(name)) {
      const index = Number(name);
      return index <= matcher.groupCount() ? (matcher.group(index) ?? '') : '';
    }
    try {
      return matcher.group(name) ?? '';
    } catch {
      // No group of that name.
      return '';
    }
  });
}

/** The text by which a label map is one series: sorted pairs. */
export function seriesKey(pairs: readonly (readonly [string, string])[]): string {
  let key = '';
  for (const [name, value] of pairs) key += `${name}\u0000${value}\u0001`;
  return key;
}

/** As the wire wants them: ascending by name. */
export function sortedPairs(labels: LabelMap): [string, string][] {
  return [...labels].sort(([a], [b]) => compareText(a, b));
}
