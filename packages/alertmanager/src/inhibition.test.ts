import { Labels } from '@ampere/series';
import { expect, test } from 'vitest';
import { makeAlert } from './alert.ts';
import { parseConfig } from './config/config.ts';
import { Inhibitor } from './inhibition.ts';

const NOW = 1_000_000;
type LabelRecord = Record<string, string>;

const check = (
  name: string,
  rule: string,
  source: LabelRecord,
  target: LabelRecord,
  muted: boolean,
  endsAtMs = NOW + 1,
) =>
  test(name, () => {
    const config = parseConfig(`route: {receiver: r}\ninhibit_rules: [${rule}]\nreceivers: [{name: r}]`);
    const inhibitor = new Inhibitor(config.inhibitRules);
    const posted = { labels: source, annotations: {}, generatorUrl: '', startsAtMs: 0, endsAtMs };
    const alert = makeAlert(posted, NOW, 0);
    if (typeof alert === 'string') throw new Error(alert);
    inhibitor.put(alert);
    expect(inhibitor.mutedBy(Labels.fromRecord(target), NOW)).toBe(muted ? alert.fingerprint : null);
    inhibitor.collect(NOW);
    expect(inhibitor.mutedBy(Labels.fromRecord(target), NOW)).toBe(muted ? alert.fingerprint : null);
  });

const RULE = '{source_matchers: [s=hi], target_matchers: [s=lo], equal: [job]}';
check('equal values', RULE, { s: 'hi', job: 'a' }, { s: 'lo', job: 'a' }, true);
check('other values', RULE, { s: 'hi', job: 'a' }, { s: 'lo', job: 'b' }, false);
check('both without the label', RULE, { s: 'hi' }, { s: 'lo' }, true);
check('one without the label', RULE, { s: 'hi', job: 'a' }, { s: 'lo' }, false);
check('not a target', RULE, { s: 'hi' }, { s: 'mid' }, false);
check('a source that has ended', RULE, { s: 'hi' }, { s: 'lo' }, false, NOW);
const BOTH = '{source_matchers: [s=~".+"], target_matchers: [s=~".+"]}';
check('alerts that match both sides never mute each other', BOTH, { s: 'hi' }, { s: 'lo' }, false);
const WIDE = '{source_matchers: [a=1], target_matchers: [b=1]}';
check('a source of one side mutes a target of both', WIDE, { a: '1' }, { a: '1', b: '1' }, true);
check('a source of both sides mutes a target of one', WIDE, { a: '1', b: '1' }, { b: '1' }, true);
check('but not one of both', WIDE, { a: '1', b: '1' }, { a: '1', b: '1', c: '1' }, false);
