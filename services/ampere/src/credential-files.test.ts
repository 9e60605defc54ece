import { expect, test } from 'vitest';
import { configText, credentialsText, exportLines } from './credential-files.ts';

test('the credentials file holds the root key under the profile', () => {
  expect(credentialsText({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret/+' })).toBe(
    '[ampere]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret/+\n',
  );
});

test('the config file sends the offered services here', () => {
  const text = configText('eu-west-1', 'http://127.0.0.1:9009');
  expect(text).toMatch(
    /^\[profile ampere\]\nregion = eu-west-1\noutput = json\nservices = ampere-services\n\n/,
  );
  expect(text).toContain('\n[services ampere-services]\namp =\n  endpoint_url = http://127.0.0.1:9009\n');
  for (const service of ['iam', 'sns', 'sts', 'cloudtrail'])
    expect(text).toContain(`\n${service} =\n  endpoint_url = http://127.0.0.1:9009\n`);
  expect(text).toContain('\nservice_quotas =\n  endpoint_url = http://127.0.0.1:9009\n');
});

test('a folder with blanks is quoted for the shell', () => {
  expect(exportLines("/srv/my data's")[0]).toBe(
    "export AWS_SHARED_CREDENTIALS_FILE='/srv/my data'\\''s/credentials' AWS_CONFIG_FILE='/srv/my data'\\''s/config'",
  );
});

test('there are exactly two lines to paste', () => {
  expect(exportLines('/srv/data')).toEqual([
    'export AWS_SHARED_CREDENTIALS_FILE=/srv/data/credentials AWS_CONFIG_FILE=/srv/data/config',
    'export AWS_PROFILE=ampere',
  ]);
});
