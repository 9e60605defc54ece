// Each known deviation is named when it is the one cause, and only then.
import { expect, test } from 'vitest';
import {
  AMZ_DATE,
  authorizationFor,
  type ClientsCanonicalRequest,
  deps,
  HOST,
  sha256Hex,
} from './testing.ts';
import { verifyRequest } from './verify.ts';

interface Sent {
  target?: string;
  headers?: string[];
  body?: string;
}

function helpFor(signed: Partial<ClientsCanonicalRequest>, sent: Sent): string {
  const authorization = authorizationFor({
    method: 'POST',
    path: '/workspaces',
    headers: [
      ['host', HOST],
      ['x-amz-date', AMZ_DATE],
    ],
    ...signed,
  });
  const rawHeaders = [
    ...(sent.headers ?? ['Host', HOST]),
    'X-Amz-Date',
    AMZ_DATE,
    'Authorization',
    authorization,
  ];
  const head = { method: 'POST', target: sent.target ?? '/workspaces', rawHeaders };
  const result = verifyRequest(head, sha256Hex(sent.body ?? ''), deps());
  return result.ok ? 'accepted' : result.refusal.help;
}

function check(name: string, signed: Partial<ClientsCanonicalRequest>, sent: Sent, help: string): void {
  test(name, () => expect(helpFor(signed, sent)).toContain(help));
}

const withHost = (host: string) => ({
  headers: [
    ['host', host],
    ['x-amz-date', AMZ_DATE],
  ] as const,
});
const withExtra = (value: string) => ({
  headers: [
    ['host', HOST],
    ['x-amz-date', AMZ_DATE],
    ['x-note', value],
  ] as const,
});

check('nothing wrong', {}, {}, 'accepted');
check('a body that was not signed', {}, { body: 'x' }, 'body hash: signed for no body');
check(
  'UNSIGNED-PAYLOAD without the header',
  { bodyHash: 'UNSIGNED-PAYLOAD' },
  { body: 'x' },
  'UNSIGNED-PAYLOAD',
);
check('a path encoded once', { path: '/a%2Fb' }, { target: '/a%2Fb' }, 'path: signed as it was sent');
check(
  'a path as sent, dots and all',
  { path: '/a%20/../b' },
  { target: '/a%20/../b' },
  'path: signed as it was sent',
);
check('a path not normalised', { path: '/a/../b' }, { target: '/a/../b' }, 'path: signed');
check('a slash added', { path: '/workspaces' }, { target: '/workspaces/' }, 'path: signed without a slash');
check('a slash lost', { path: '/workspaces/' }, {}, 'path: signed with a slash');
check('a query left out', {}, { target: '/workspaces?a=1' }, 'query: not signed at all');
check(
  'a query not sorted',
  { query: 'b=1&a=1' },
  { target: '/workspaces?b=1&a=1' },
  'query: signed in the order sent',
);
check('a plus as a plus', { query: 'q=a%2Bb' }, { target: '/workspaces?q=a+b' }, "query: a '+'");
check(
  'a query not encoded',
  { query: 'q=a(b)' },
  { target: '/workspaces?q=a(b)' },
  'query: signed as it was sent',
);
check(
  'a query encoded twice',
  { query: 'q=a%2528' },
  { target: '/workspaces?q=a%28' },
  'query: encoded twice',
);
check('a host without its port', withHost('localhost'), {}, 'host: signed without the port');
check('a host with port 80', withHost('h:80'), { headers: ['Host', 'h'] }, 'host: signed with port 80');
check('a host with port 443', withHost('h:443'), { headers: ['Host', 'h'] }, 'host: signed with port 443');
check(
  'a host changed by a proxy',
  withHost('amp.example.org'),
  { headers: ['Host', HOST, 'X-Forwarded-Host', 'amp.example.org'] },
  'x-forwarded-host',
);
check(
  'values joined by comma and blank',
  withExtra('a, b'),
  { headers: ['Host', HOST, 'X-Note', 'a', 'X-Note', 'b'] },
  'headers: repeated ones',
);
check(
  'blanks kept',
  withExtra('a   b'),
  { headers: ['Host', HOST, 'X-Note', 'a   b'] },
  'headers: runs of blanks',
);
check(
  'a wrong secret',
  { secret: 'wrong' },
  {},
  'no single known cause: check the secret access key, or whether one of these signed headers was changed on the way: host;x-amz-date',
);
check(
  'two deviations at once',
  { path: '/a%2Fb', query: 'q=a(b)' },
  { target: '/a%2Fb?q=a(b)' },
  'no single known cause',
);
check('too long to explain', {}, { target: `/workspaces?q=${'a'.repeat(20_000)}` }, 'no single known cause');
