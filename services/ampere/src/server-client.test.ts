import { expect, test } from 'vitest';
import { readProfileKey } from './server-client.ts';

const FILE =
  '[default]\naws_access_key_id = OTHER\n\n[ampere]\naws_access_key_id = MINE\naws_secret_access_key=a=b/+\n[z]\nx = y\n';

const check = (name: string, text: string, key: string, value: string | undefined) =>
  test(name, () => expect(readProfileKey(text, key)).toBe(value));

check('of our profile, not of another', FILE, 'aws_access_key_id', 'MINE');
check('a value with equals signs', FILE, 'aws_secret_access_key', 'a=b/+');
check('a key of another profile', FILE, 'x', undefined);
check('a file without the profile', '[default]\naws_access_key_id = A\n', 'aws_access_key_id', undefined);
check('an empty file', '', 'aws_access_key_id', undefined);
