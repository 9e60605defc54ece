// The control API with the real AWS CLI: what a user types, and what the CLI makes of our refusals.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWith, run, temporaryFolder } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, signedFetch, startAmpere } from '../harness/index.ts';

describeWith('aws amp', ['aws'], ({ aws }) => {
  test('workspaces and tags from creation to deletion', { timeout: 180_000 }, async () => {
    const ampere = await startAmpere();
    const amp = async (...args: string[]) => {
      const environment = ampere.awsEnvironment;
      return run(aws, ['amp', ...args, '--endpoint-url', ampere.url, '--output', 'json'], {
        env: environment,
      });
    };
    const json = async (...args: string[]) => {
      const result = await amp(...args);
      expect(result.stderr, args.join(' ')).toBe('');
      expect(result.code).toBe(0);
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
    const refused = async (...args: string[]) => {
      const result = await amp(...args);
      expect(result.code, args.join(' ')).not.toBe(0);
      return result.stderr.trim();
    };

    const created = await json('create-workspace', '--alias', 'my first', '--tags', 'team=core,stage=test');
    const { workspaceId, arn } = created;
    expect(arn).toBe(`arn:aws:aps:${REGION}:${ACCOUNT}:workspace/${workspaceId}`);
    expect(created.status.statusCode).toBe('CREATING');
    await json('wait', 'workspace-active', '--workspace-id', workspaceId);

    const { workspace } = await json('describe-workspace', '--workspace-id', workspaceId);
    expect(workspace.status.statusCode).toBe('ACTIVE');
    expect(workspace.alias).toBe('my first');
    expect(workspace.prometheusEndpoint).toBe(`${ampere.url}/workspaces/${workspaceId}/`);
    expect(workspace.tags).toEqual({ team: 'core', stage: 'test' });

    await json('update-workspace-alias', '--workspace-id', workspaceId, '--alias', 'renamed');
    await json('create-workspace', '--alias', 'second');
    const listed = await json('list-workspaces', '--alias', 'ren');
    expect(listed.workspaces.map((one: { alias: string }) => one.alias)).toEqual(['renamed']);
    expect((await json('list-workspaces', '--page-size', '1')).workspaces).toHaveLength(2);

    await json('tag-resource', '--resource-arn', arn, '--tags', 'owner=me');
    await json('untag-resource', '--resource-arn', arn, '--tag-keys', 'team', 'stage');
    expect((await json('list-tags-for-resource', '--resource-arn', arn)).tags).toEqual({ owner: 'me' });

    expect(await refused('describe-workspace', '--workspace-id', 'ws-missing')).toContain(
      'ResourceNotFoundException',
    );
    expect(
      await refused('update-workspace-alias', '--workspace-id', workspaceId, '--alias', 'x'.repeat(101)),
    ).toContain('ValidationException');

    await json('delete-workspace', '--workspace-id', workspaceId);
    await json('wait', 'workspace-deleted', '--workspace-id', workspaceId);
    expect(await refused('describe-workspace', '--workspace-id', workspaceId)).toContain(
      'ResourceNotFoundException',
    );
    expect(await ampere.stop()).toBe(0);
  });

  test('what belongs to a workspace, as the user guide has it typed', { timeout: 300_000 }, async () => {
    const ampere = await startAmpere();
    const amp = async (...args: string[]) => {
      const all = ['amp', ...args, '--endpoint-url', ampere.url, '--output', 'json'];
      const result = await run(aws, all, { env: ampere.awsEnvironment });
      expect(result.stderr, args.join(' ')).toBe('');
      return result.stdout.trim() === '' ? undefined : JSON.parse(result.stdout);
    };
    const refused = async (...args: string[]) => {
      const all = ['amp', ...args, '--endpoint-url', ampere.url];
      const result = await run(aws, all, { env: ampere.awsEnvironment });
      expect(result.code, args.join(' ')).not.toBe(0);
      return result.stderr.trim();
    };
    const { workspaceId, arn } = await amp('create-workspace');
    await amp('wait', 'workspace-active', '--workspace-id', workspaceId);
    const of = ['--workspace-id', workspaceId];

    const limits = JSON.stringify([{ limits: { maxSeries: 5 }, labelSet: { team: 'a' } }]);
    await amp('update-workspace-configuration', ...of, '--limits-per-label-set', limits);
    await amp('update-workspace-configuration', ...of, '--retention-period-in-days', '30');
    const { workspaceConfiguration } = await amp('describe-workspace-configuration', ...of);
    expect(workspaceConfiguration).toEqual({
      status: { statusCode: 'ACTIVE' },
      limitsPerLabelSet: JSON.parse(limits),
      retentionPeriodInDays: 30,
    });

    const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/rules:*`;
    await amp('create-logging-configuration', ...of, '--log-group-arn', group);
    const { loggingConfiguration } = await amp('describe-logging-configuration', ...of);
    expect(loggingConfiguration).toMatchObject({ workspace: workspaceId, logGroupArn: group });

    // The guide has the file encoded before, and the CLI encodes it again.
    const folder = temporaryFolder();
    const file = async (text: string) => {
      const path = join(folder, 'data');
      await writeFile(path, text);
      return ['--data', `fileb://${path}`];
    };
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const rules = 'groups:\n- name: g\n  rules:\n  - record: job:up:avg\n    expr: avg by (job) (up)\n';
    const named = [...of, '--name', 'my rules'];
    const space = await amp('create-rule-groups-namespace', ...named, ...(await file(rules)));
    expect(space.arn).toBe(`${arn.replace('workspace/', 'rulegroupsnamespace/')}/my rules`);
    await amp('put-rule-groups-namespace', ...named, ...(await file(base64(rules))));
    const { ruleGroupsNamespace } = await amp('describe-rule-groups-namespace', ...named);
    expect(ruleGroupsNamespace).toMatchObject({
      data: base64(base64(rules)),
      status: { statusCode: 'ACTIVE' },
    });
    const bad = await file(rules.replace('avg by (job) (up)', 'avg('));
    expect(await refused('put-rule-groups-namespace', ...named, ...bad)).toMatch(
      /ValidationException.*Invalid RuleGroupsNamespace data: \[.*group "g", rule 1, "job:up:avg": could not parse expression: /,
    );
    expect((await amp('list-rule-groups-namespaces', ...of)).ruleGroupsNamespaces).toHaveLength(1);
    await amp('tag-resource', '--resource-arn', space.arn, '--tags', 'a=b');
    expect((await amp('list-tags-for-resource', '--resource-arn', space.arn)).tags).toEqual({ a: 'b' });

    const definition = (receivers: string) =>
      file(`alertmanager_config: |\n  route: {receiver: r}\n  receivers: [${receivers}]\n`);
    await amp('create-alert-manager-definition', ...of, ...(await definition('{name: r}')));
    await amp('put-alert-manager-definition', ...of, ...(await definition('{name: other}')));
    const { alertManagerDefinition } = await amp('describe-alert-manager-definition', ...of);
    expect(alertManagerDefinition.status).toEqual({
      statusCode: 'UPDATE_FAILED',
      statusReason:
        'status=400, message=error validating Alertmanager config: undefined receiver "r" used in route',
    });

    const policy = (Effect: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect, Principal: '*', Action: ['aps:QueryMetrics'], Resource: arn }],
      });
    const query = async () => {
      const answer = await signedFetch(`${ampere.url}/workspaces/${workspaceId}/api/v1/query?query=1`);
      return answer.status;
    };
    expect(await query()).toBe(200);
    const put = await amp('put-resource-policy', ...of, '--policy-document', policy('Deny'));
    expect(await query()).toBe(403);
    expect(await refused('delete-resource-policy', ...of, '--revision-id', 'NO_POLICY')).toContain(
      'ConflictException',
    );
    await amp('delete-resource-policy', ...of, '--revision-id', put.revisionId);
    expect(await query()).toBe(200);

    await amp('delete-workspace', ...of);
    await amp('wait', 'workspace-deleted', ...of);
    expect(await refused('describe-rule-groups-namespace', ...named)).toContain('Workspace not found.');
    expect(await ampere.stop()).toBe(0);
  });

  test('a wrong secret is refused in the words of AWS', { timeout: 60_000 }, async () => {
    const ampere = await startAmpere();
    const result = await run(aws, ['amp', 'list-workspaces', '--endpoint-url', ampere.url], {
      env: { ...ampere.awsEnvironment, AWS_SECRET_ACCESS_KEY: 'wrong' },
    });
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('InvalidSignatureException');
    expect(result.stderr).toContain('The request signature we calculated does not match');
  });
});
