import { SystemRandom } from '@ampere/platform';
import { expect, test } from 'vitest';
import { AccountError, type AccountOptions } from './account.ts';
import { TestPlane } from './testing.ts';

const open = (account: AccountOptions | undefined) => TestPlane.open({ account, random: new SystemRandom() });

test('the first start makes an account, later ones keep it', async () => {
  const t = await open(undefined);
  const { account } = t.plane;
  expect(account.accountId).toMatch(/^[1-9]\d{11}$/);
  expect(account.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(account.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
  expect((await t.restart()).plane.account).toEqual(account);
});

test('two accounts have nothing in common', async () => {
  const [a, b] = [(await open(undefined)).plane.account, (await open(undefined)).plane.account];
  expect(a.accountId === b.accountId || a.accessKeyId === b.accessKeyId).toBe(false);
  expect(a.secretAccessKey).not.toBe(b.secretAccessKey);
});

test('what is given is used; of it the account id is kept', async () => {
  const given = {
    accountId: '111122223333',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalr/XUtnFEMI',
  };
  const t = await open(given);
  expect(t.plane.account).toEqual(given);
  const again = await t.restart({ account: undefined });
  expect(again.plane.account.accountId).toBe('111122223333');
  expect(again.plane.account.accessKeyId).not.toBe(given.accessKeyId);
  expect(again.plane.credentials.find(given.accessKeyId)).toBe(undefined);
});

test('the root key is the only one', async () => {
  const t = await open({ accountId: '111122223333' });
  const { accessKeyId, secretAccessKey } = t.plane.account;
  expect(t.plane.credentials.find(accessKeyId)).toEqual({
    accessKeyId,
    secretAccessKey,
    principal: {
      kind: 'root',
      arn: 'arn:aws:iam::111122223333:root',
      accountId: '111122223333',
      userId: '111122223333',
    },
  });
  for (const other of ['', accessKeyId.toLowerCase(), `${accessKeyId}A`, '__proto__']) {
    expect(t.plane.credentials.find(other)).toBe(undefined);
  }
});

function refuse(account: AccountOptions, message: string): void {
  test(message, async () => {
    await expect(open(account)).rejects.toThrow(new AccountError(message));
  });
}

refuse({ accountId: '1234' }, 'account_id: "1234" is not allowed; it must be 12 digits');
refuse({ accountId: '12345678901a' }, 'account_id: "12345678901a" is not allowed; it must be 12 digits');
refuse(
  { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  'root.access_key_id and root.secret_access_key must be given together or not at all',
);
refuse(
  { secretAccessKey: 'x' },
  'root.access_key_id and root.secret_access_key must be given together or not at all',
);
refuse(
  { accessKeyId: 'a/b', secretAccessKey: 'x' },
  'root.access_key_id: "a/b" is not allowed; it must be 1 to 128 letters, digits or underscores',
);
refuse(
  { accessKeyId: 'AKIA', secretAccessKey: 'hush hush' },
  'root.secret_access_key: it must be 1 to 128 printable ASCII characters without blanks',
);
