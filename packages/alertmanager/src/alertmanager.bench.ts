// CPU time of routing and grouping 10,000 alerts over a tree of 100 routes: `npx tsx alertmanager.bench.ts`.
// The bound is one second.
import { FakeClock, SeededRandom } from '@ampere/platform';
import type { PostedAlert } from './alert.ts';
import { Alertmanager } from './alertmanager.ts';
import { parseConfig } from './config/config.ts';

const ALERTS = 10_000;
const routes = Array.from({ length: 99 }, (_, i) => `{matchers: ['team=~"t${i}|u${i}"', severity!=""]}`);
const config = parseConfig(
  `route: {receiver: r, group_by: [alertname, team], routes: [${routes.join(', ')}]}
inhibit_rules: [{source_matchers: [severity=page], target_matchers: [severity=warn], equal: [team, instance]}]
receivers: [{name: r, sns_configs: [{topic_arn: t, sigv4: {region: x}}]}]`,
);
const posted = Array.from({ length: ALERTS }, (_, i): PostedAlert => {
  const labels = {
    alertname: `Alert${i % 20}`,
    team: `t${i % 120}`,
    severity: i % 2 === 0 ? 'page' : 'warn',
    instance: `10.0.${i >> 8}.${i & 255}:9100`,
    job: 'node',
  };
  const annotations = { summary: 'the text of a summary', runbook: 'https://example.com/runbook' };
  return { labels, annotations, generatorUrl: '', startsAtMs: null, endsAtMs: null };
});

const milliseconds = (run: () => void) => {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
};

for (let round = 0; round < 4; round++) {
  const clock = new FakeClock();
  const am = new Alertmanager({
    config,
    clock,
    random: new SeededRandom(1),
    notify: async () => ({ ok: true }),
    limits: { alerts: 0, alertsBytes: 0, groups: 0 },
    restore: null,
    onFlush: () => {},
    onLimit: () => {},
  });
  const postMs = milliseconds(() => am.post(posted));
  const postAgainMs = milliseconds(() => am.post(posted));
  const viewMs = milliseconds(() => am.alerts());
  const snapshotMs = milliseconds(() => JSON.stringify(am.snapshot()));
  const groups = am.groups().length;
  process.stdout.write(
    `${JSON.stringify({ alerts: ALERTS, groups, postMs, postAgainMs, viewMs, snapshotMs })}\n`,
  );
  am.stop();
}
