// The compose file's setup script, run for real against a real server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { REGION, ROOT_KEY, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

describeWith('deploy/setup.sh', ['aws', 'promtool'], ({ promtool }) => {
  test('makes one workspace, however often it runs, and files that the programs accept', {
    timeout: 120_000,
  }, async () => {
    const ampere = await startAmpere();
    const generated = temporaryFolder();
    const env = {
      ...ampere.awsEnvironment,
      AMPERE_URL: ampere.url,
      AMPERE_REGION: REGION,
      AMPERE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      AMPERE_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
      TEMPLATES: join(ROOT, 'deploy'),
      GENERATED: generated,
    };
    const first = await run('/bin/sh', [join(ROOT, 'deploy/setup.sh')], { env });
    expect(first.stderr).toBe('');
    const second = await run('/bin/sh', [join(ROOT, 'deploy/setup.sh')], { env });
    expect(second.stdout).toBe(first.stdout);
    const workspace = /workspace (ws-\S+) is ready/.exec(first.stdout)![1]!;

    const checked = await run(promtool, ['check', 'config', join(generated, 'prometheus.yml')]);
    expect(checked.code, checked.stdout + checked.stderr).toBe(0);
    const prometheus = parse(readFileSync(join(generated, 'prometheus.yml'), 'utf8'));
    expect(prometheus.remote_write[0].url).toBe(`${ampere.url}/workspaces/${workspace}/api/v1/remote_write`);
    expect(prometheus.remote_write[0].sigv4.secret_key).toBe(ROOT_KEY.secretAccessKey);
    const { datasources } = parse(readFileSync(join(generated, 'datasource.yml'), 'utf8'));
    expect(datasources[0].url).toBe(`${ampere.url}/workspaces/${workspace}`);
    expect(datasources[0].secureJsonData.sigV4SecretKey).toBe(ROOT_KEY.secretAccessKey);
  });
});
