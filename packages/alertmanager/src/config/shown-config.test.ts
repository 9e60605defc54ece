import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { shownConfig } from './shown-config.ts';

const check = (name: string, source: string, shown: string) =>
  test(name, () => expect(shownConfig(source)).toBe(shown));

check('a block', 'a:\n  secret_key: hush # not this\n', 'a:\n  secret_key: <secret>\n');
check('a flow', 'x: [{password: hush, user: me}]', 'x:\n  - password: <secret>\n    user: me\n');
check('quoted and folded', '"api_key": >-\n  hush\n  hush\n', 'api_key: <secret>\n');
check('an alias', 'a: &s hush\nb: {token: *s}\n', 'a: hush\nb:\n  token: <secret>\n');
check(
  'the URL of a Slack',
  'slack_configs: [{api_url: "http://x"}]',
  'slack_configs:\n  - api_url: <secret>\n',
);
check('of a webhook', 'webhook_configs: [{url: "http://x"}]', 'webhook_configs:\n  - url: <secret>\n');
check('a password in a URL', 'a: http://u:p@ss@x/y@z\n', 'a: http://u:xxxxx@x/y@z\n');
check('another URL', 'sns_configs: [{api_url: "http://x"}]', 'sns_configs:\n  - api_url: http://x\n');

test('what is shown is the same configuration', () => {
  const source =
    'route: {receiver: r, routes: [{matchers: ["a=b"], group_wait: 1h30m}]}\nreceivers: [{name: r}]\n';
  const { original: _, ...config } = parseConfig(source);
  const { original: __, ...shown } = parseConfig(shownConfig(source));
  expect(JSON.stringify(shown)).toBe(JSON.stringify(config));
});
