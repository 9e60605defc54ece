// The control API with the real AWS CLI: what a user types, and what the CLI makes of our refusals.

import { describeWith, run } from '@ampere/testing';
import { expect, test } from 'vitest';
import { ACCOUNT, REGION, startAmpere } from '../harness/index.ts';

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
