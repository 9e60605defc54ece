// Quotas and the audit trail with the real AWS CLI.

import { join } from 'node:path';
import { describeWith, run } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, ROOT_KEY, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

describeWith('aws service-quotas and cloudtrail', ['aws'], ({ aws }) => {
  test('a quota is raised and holds at once; every call stands in the trail', {
    timeout: 180_000,
  }, async () => {
    const ampere = await startAmpere();
    const json = async (...args: string[]) => {
      const all = [...args, '--endpoint-url', ampere.url, '--output', 'json'];
      const result = await run(aws, all, { env: ampere.awsEnvironment });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
    const quotas = (...args: string[]) => json('service-quotas', ...args, '--service-code', 'aps');

    const { Quotas } = await quotas('list-service-quotas');
    const workspaces = Quotas.find((quota: { QuotaCode: string }) => quota.QuotaCode === 'L-8873DB23');
    expect(workspaces).toMatchObject({ Value: 10, Adjustable: true, ServiceCode: 'aps' });
    for (let i = 0; i < 10; i++) await json('amp', 'create-workspace');
    const refused = await run(aws, ['amp', 'create-workspace', '--endpoint-url', ampere.url], {
      env: ampere.awsEnvironment,
    });
    expect(refused.stderr).toContain('ServiceQuotaExceededException');
    const code = ['--quota-code', 'L-8873DB23'];
    const raised = await quotas('request-service-quota-increase', ...code, '--desired-value', '11');
    expect(raised.RequestedQuota.Status).toBe('APPROVED');
    await json('amp', 'create-workspace', '--alias', 'the-eleventh');
    expect((await quotas('get-service-quota', ...code)).Quota.Value).toBe(11);
    expect((await quotas('get-aws-default-service-quota', ...code)).Quota.Value).toBe(10);

    const cli = async (...args: string[]) => {
      const env = {
        ...process.env,
        AMPERE_DATA_DIR: ampere.dataFolder,
        AMPERE_LISTEN: new URL(ampere.url).host,
      };
      return run(process.execPath, [join(ROOT, 'dist', 'ampere.mjs'), 'quotas', ...args], { env });
    };
    expect((await cli()).stdout).toMatch(
      /^workspaces_per_region +11 +L-8873DB23 {2}workspaces in the account/,
    );
    const { workspaces: listed } = await json('amp', 'list-workspaces', '--alias', 'the-eleventh');
    const one = ['--quota', 'active_series', '--workspace', listed[0].workspaceId];
    expect((await cli(...one, '--set', '0.5')).stderr).toContain('Value: must be a whole number');
    expect((await cli(...one, '--set', '12')).stdout).toContain('active_series  12  ');
    expect((await cli(...one, '--set', 'default')).stdout).toContain('active_series  1000000  ');
    expect((await cli('--quota', 'nothing')).stderr).toContain('No quota has the code nothing.');

    const attributes = ['--lookup-attributes', 'AttributeKey=EventName,AttributeValue=CreateWorkspace'];
    const { Events } = await json('cloudtrail', 'lookup-events', ...attributes);
    expect(Events).toHaveLength(12);
    const trail = Events.map((event: { CloudTrailEvent: string }) => JSON.parse(event.CloudTrailEvent));
    expect(trail[0]).toMatchObject({
      eventSource: 'aps.amazonaws.com',
      awsRegion: REGION,
      userIdentity: { type: 'Root', accountId: ACCOUNT },
      requestParameters: { alias: 'the-eleventh' },
      responseElements: { status: { statusCode: 'CREATING' } },
    });
    expect(trail[1].errorCode).toBe('ServiceQuotaExceededException');
    expect(JSON.stringify(trail)).not.toContain(ROOT_KEY.secretAccessKey);
    await ampere.stop();
  });
});
