// Infrastructure tools speak to the API through AWS's SDKs: waiters, paginators, what comes back to the byte, and
// many calls at once. amp.py beside this file has what is asked and expected.

import { join } from 'node:path';
import { describeWith, run } from '@ampere/testing';
import { expect, test } from 'vitest';
import { startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

describeWith('the AWS SDK for Python', ['botocore'], ({ botocore: python }) => {
  test('waiters, paginators, round trips, concurrent creates', { timeout: 300_000 }, async () => {
    const ampere = await startAmpere();
    const script = join(ROOT, 'test', 'sdk', 'amp.py');
    const result = await run(python, [script, ampere.url], { env: ampere.awsEnvironment });
    expect([result.code, result.stderr], result.stdout).toEqual([0, '']);
    const lines = result.stdout.trim().split('\n');
    for (const line of lines.filter((one) => one.startsWith('skipped'))) console.warn(line);
    expect(lines).toHaveLength(8);
    expect(lines.filter((line) => !/^(ok|skipped): /.test(line))).toEqual([]);
    expect(await ampere.stop()).toBe(0);
  });
});
