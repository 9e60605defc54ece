// Pages of ListWorkspaces: their order, their filter, their tokens.
import { Limits, parseLimits } from '@ampere/limits';
import { expect, test } from 'vitest';
import { settle, TestPlane } from './testing.ts';

const UNLIMITED = new Limits(parseLimits({ profile: 'unlimited' }));

async function withWorkspaces(aliases: readonly (string | undefined)[]): Promise<TestPlane> {
  const t = await TestPlane.open({ limits: UNLIMITED });
  for (const alias of aliases) await t.call('POST', '/workspaces', alias === undefined ? {} : { alias });
  await settle();
  return t;
}

/** Aliases of all pages, page by page. */
async function pages(t: TestPlane, search: string): Promise<string[][]> {
  const found: string[][] = [];
  let token = '';
  do {
    const { json } = await t.call('GET', `/workspaces?${search}${token === '' ? '' : `&nextToken=${token}`}`);
    found.push(json.workspaces.map((workspace: { alias?: string }) => workspace.alias ?? '-'));
    token = json.nextToken ?? '';
  } while (token !== '');
  return found;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`);

test('pages are full but the last, in order of creation, and end without a token', async () => {
  const t = await withWorkspaces(numbered(7));
  expect(await pages(t, 'maxResults=3')).toEqual([['w0', 'w1', 'w2'], ['w3', 'w4', 'w5'], ['w6']]);
  expect(await pages(t, 'maxResults=7')).toEqual([numbered(7)]);
  expect(await pages(t, 'maxResults=1')).toEqual(numbered(7).map((alias) => [alias]));
});

test('a page has 100 entries when nothing is said', async () => {
  const t = await withWorkspaces(numbered(101));
  expect((await pages(t, '')).map((page) => page.length)).toEqual([100, 1]);
  expect((await pages(t, 'maxResults=1000')).map((page) => page.length)).toEqual([101]);
});

test('deletions and creations between pages neither skip nor repeat', async () => {
  const t = await withWorkspaces(numbered(6));
  const first = await t.call('GET', '/workspaces?maxResults=2');
  for (const { workspaceId } of first.json.workspaces) await t.call('DELETE', `/workspaces/${workspaceId}`);
  await t.call('POST', '/workspaces', { alias: 'late' });
  await settle();
  const rest = await t.call('GET', `/workspaces?nextToken=${first.json.nextToken}`);
  expect(rest.json.workspaces.map((workspace: { alias: string }) => workspace.alias)).toEqual([
    'w2',
    'w3',
    'w4',
    'w5',
    'late',
  ]);
});

test('the place of a deleted last workspace is not given away', async () => {
  const t = await withWorkspaces(['a', 'b', 'c']);
  const { json } = await t.call('GET', '/workspaces?maxResults=2');
  const last = (await t.call('GET', '/workspaces?alias=c')).json.workspaces[0].workspaceId;
  await t.call('DELETE', `/workspaces/${last}`);
  await settle();
  await t.call('POST', '/workspaces', { alias: 'd' });
  const rest = await t.call('GET', `/workspaces?nextToken=${json.nextToken}`);
  expect(rest.json.workspaces.map((workspace: { alias: string }) => workspace.alias)).toEqual(['d']);
});

const ALIASES = [
  'prod',
  'prod-eu',
  'Prod',
  'dev',
  undefined,
  'pr%d',
  'pr_d',
  'é',
  'e\u0301',
  'nul\0a',
  'nul\0b',
  '⛄x',
];

function check(prefix: string, expected: readonly string[]): void {
  test(`alias prefix ${JSON.stringify(prefix)}`, async () => {
    const t = await withWorkspaces(ALIASES);
    expect(await pages(t, `alias=${encodeURIComponent(prefix)}`)).toEqual([expected]);
    expect((await pages(t, `alias=${encodeURIComponent(prefix)}&maxResults=1`)).flat()).toEqual(expected);
  });
}

check('pr', ['prod', 'prod-eu', 'pr%d', 'pr_d']);
check('prod', ['prod', 'prod-eu']);
check('  prod ', ['prod', 'prod-eu']);
check('pr%', ['pr%d']);
check('pr_', ['pr_d']);
check('P', ['Prod']);
check('é', ['é']);
check('nul\0b', ['nul\0b']);
check('⛄', ['⛄x']);
check('nothing', []);

test('a token is good for the list that it was given for', async () => {
  const t = await withWorkspaces(['a1', 'a2', 'b1', 'b2']);
  const token = async (search: string) => (await t.call('GET', `/workspaces?${search}`)).json.nextToken;
  const status = async (search: string) => (await t.call('GET', `/workspaces?${search}`)).status;
  const all = await token('maxResults=1');
  const filtered = await token('alias=a&maxResults=1');
  expect(await status(`nextToken=${all}`)).toBe(200);
  expect(await status(`nextToken=${all}&maxResults=3`)).toBe(200);
  expect(await status(`alias=a&nextToken=${filtered}`)).toBe(200);
  expect(await status(`alias=%20a&nextToken=${filtered}`)).toBe(200);
  expect(await status(`alias=a&nextToken=${all}`)).toBe(400);
  expect(await status(`alias=b&nextToken=${filtered}`)).toBe(400);
  expect(await status(`nextToken=${filtered}`)).toBe(400);
});

test('every change of one character makes a token bad', async () => {
  const t = await withWorkspaces(['a', 'b']);
  const { nextToken } = (await t.call('GET', '/workspaces?maxResults=1')).json;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let at = 0; at < nextToken.length; at++) {
    const other = alphabet[(alphabet.indexOf(nextToken[at]) + 1) % 64];
    const changed = nextToken.slice(0, at) + other + nextToken.slice(at + 1);
    expect((await t.call('GET', `/workspaces?nextToken=${changed}`)).status).toBe(400);
  }
  expect((await t.call('GET', `/workspaces?nextToken=${nextToken}=`)).status).toBe(400);
  expect((await t.call('GET', `/workspaces?nextToken=${nextToken.slice(1)}`)).status).toBe(400);
});
