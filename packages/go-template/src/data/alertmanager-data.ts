// What a notification's templates see: Alertmanager's Data, Alerts, Alert, KV and Pairs.

import { sortedKeys } from '../format/format-value.ts';
import { goTimeMs, TIME } from '../time/go-time.ts';
import {
  bytesArg,
  goBytes,
  goFunction,
  goSlice,
  goString,
  goStringMap,
  goStruct,
  itemsArg,
  structType,
} from '../values/construct.ts';
import { type GoFunction, GoType, type GoValue, STRING, STRINGS, sliceOf } from '../values/types.ts';

export type LabelPairs = Iterable<readonly [string, string]>;

export interface AlertData {
  readonly status: 'firing' | 'resolved';
  readonly labels: LabelPairs;
  readonly annotations: LabelPairs;
  readonly startsAtMs: number;
  /** Go's zero time while the alert fires: leave it out. */
  readonly endsAtMs?: number | undefined;
  readonly generatorUrl: string;
  /** 16 hex digits. */
  readonly fingerprint: string;
}

export interface NotificationData {
  /** As the templates show it: Alertmanager quotes what a regular expression would take for its own. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly AlertData[];
  readonly groupLabels: LabelPairs;
  readonly commonLabels: LabelPairs;
  readonly commonAnnotations: LabelPairs;
  readonly externalUrl: string;
}

const ZERO_TIME_MS = -62_135_596_800_000;

const PAIR = structType('template.Pair', [
  { name: 'Name', type: STRING },
  { name: 'Value', type: STRING },
]);

const pairsMethods = new Map<string, GoFunction>();
const PAIRS = new GoType('template.Pairs', 'slice', { isNamed: true, elem: PAIR, methods: pairsMethods });

/** One of the two texts of each pair. */
const column = (index: number) =>
  goFunction([PAIRS], ([pairs], context) => {
    const items = itemsArg(pairs);
    context.spend(items.length);
    return goSlice(
      items.map((pair) => (pair.kind === 'struct' ? pair.values[index]! : goBytes(''))),
      STRINGS,
    );
  });
pairsMethods.set('Names', column(0));
pairsMethods.set('Values', column(1));

const kvMethods = new Map<string, GoFunction>();
export const KV = new GoType('template.KV', 'map', { isNamed: true, elem: STRING, methods: kvMethods });

function entriesOf(kv: GoValue | undefined): ReadonlyMap<string, GoValue> {
  return kv?.kind === 'map' ? kv.entries : new Map();
}

/** `alertname` first, the others by bytes. */
function sortedNames(kv: GoValue | undefined): string[] {
  const names = sortedKeys(entriesOf(kv)).filter((name) => name !== 'alertname');
  return entriesOf(kv).has('alertname') ? ['alertname', ...names] : names;
}

const kvTable: readonly (readonly [string, GoFunction])[] = [
  [
    'SortedPairs',
    goFunction([KV], ([kv], context) => {
      context.spend(entriesOf(kv).size);
      const pairs = sortedNames(kv).map((name) => goStruct(PAIR, [goBytes(name), entriesOf(kv).get(name)!]));
      return goSlice(pairs, PAIRS);
    }),
  ],
  [
    'Remove',
    goFunction([KV, STRINGS], ([kv, names], context) => {
      context.spend(entriesOf(kv).size + itemsArg(names).length);
      const kept = new Map(entriesOf(kv));
      for (const name of itemsArg(names)) kept.delete(bytesArg(name));
      return { kind: 'map', type: KV, entries: kept };
    }),
  ],
  [
    'Names',
    goFunction([KV], ([kv]) =>
      goSlice(
        sortedNames(kv).map((name) => goBytes(name)),
        STRINGS,
      ),
    ),
  ],
  [
    'Values',
    goFunction([KV], ([kv]) =>
      goSlice(
        sortedNames(kv).map((name) => entriesOf(kv).get(name)!),
        STRINGS,
      ),
    ),
  ],
];
for (const [name, method] of kvTable) kvMethods.set(name, method);

const ALERT = structType('template.Alert', [
  { name: 'Status', type: STRING },
  { name: 'Labels', type: KV },
  { name: 'Annotations', type: KV },
  { name: 'StartsAt', type: TIME },
  { name: 'EndsAt', type: TIME },
  { name: 'GeneratorURL', type: STRING },
  { name: 'Fingerprint', type: STRING },
]);

const alertsMethods = new Map<string, GoFunction>();
const ALERTS = new GoType('template.Alerts', 'slice', {
  isNamed: true,
  elem: ALERT,
  methods: alertsMethods,
});
const ALERT_SLICE = sliceOf(ALERT);

const withStatus = (status: string) =>
  goFunction([ALERTS], ([alerts], context) => {
    const items = itemsArg(alerts);
    context.spend(items.length);
    return goSlice(
      items.filter((alert) => alert.kind === 'struct' && bytesArg(alert.values[0]) === status),
      ALERT_SLICE,
    );
  });
alertsMethods.set('Firing', withStatus('firing'));
alertsMethods.set('Resolved', withStatus('resolved'));

const DATA = structType('template.Data', [
  { name: 'Receiver', type: STRING },
  { name: 'Status', type: STRING },
  { name: 'Alerts', type: ALERTS },
  { name: 'GroupLabels', type: KV },
  { name: 'CommonLabels', type: KV },
  { name: 'CommonAnnotations', type: KV },
  { name: 'ExternalURL', type: STRING },
]);

export function goKv(pairs: LabelPairs): GoValue {
  return goStringMap(pairs, KV);
}

/** The root of a notification's data. */
export function alertmanagerData(data: NotificationData): GoValue {
  return goStruct(DATA, [
    goString(data.receiver),
    goString(data.status),
    goSlice(data.alerts.map(goAlert), ALERTS),
    goKv(data.groupLabels),
    goKv(data.commonLabels),
    goKv(data.commonAnnotations),
    goString(data.externalUrl),
  ]);
}

function goAlert(alert: AlertData): GoValue {
  return goStruct(ALERT, [
    goString(alert.status),
    goKv(alert.labels),
    goKv(alert.annotations),
    goTimeMs(alert.startsAtMs),
    goTimeMs(alert.endsAtMs ?? ZERO_TIME_MS),
    goString(alert.generatorUrl),
    goString(alert.fingerprint),
  ]);
}
