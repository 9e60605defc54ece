// Embedded topics with a clock that is moved by hand and a real local receiver.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rootPrincipal } from '@ampere/iam';
import { Registry } from '@ampere/metrics';
import { AddressPolicy, type MailMessage, Outbound } from '@ampere/outbound';
import { FakeClock, MemoryDisk, SeededRandom } from '@ampere/platform';
import { afterAll } from 'vitest';
import { memberOf } from '../client/xml-members.ts';
import { EmbeddedSns } from '../embedded-sns.ts';
import { MemoryTopicStore } from './memory-topic-store.ts';

export const PLACE = { region: 'eu-west-1', accountId: '123456789012' };
export const ARN = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers next; 200 when there is nothing. */
  readonly answers: number[];
}

/** A local HTTP server that takes down what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += String(piece);
    received.push({ headers: request.headers, url: request.url ?? '', body });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, answers };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The text of a member of the answer. */
  member(name: string): string | undefined;
}

/** Waits for what happens on real sockets. */
export async function eventually<T>(ask: () => T | undefined | false): Promise<T> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; ) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('waited in vain');
}

export function startSns(
  options: { store?: MemoryTopicStore; mail?: boolean; clock?: FakeClock; disk?: MemoryDisk } = {},
) {
  const clock = options.clock ?? new FakeClock();
  const disk = options.disk ?? new MemoryDisk(new SeededRandom(2));
  const store = options.store ?? new MemoryTopicStore();
  const mails: Omit<MailMessage, 'from'>[] = [];
  const logged: string[] = [];
  const metrics = new Registry();
  const sns = new EmbeddedSns({
    store,
    place: PLACE,
    clock,
    random: new SeededRandom(1),
    disk,
    folder: 'sns',
    outbound: new Outbound({ policy: new AddressPolicy({ allowPrivate: true, allow: [] }), clock }),
    sendMail:
      options.mail === false
        ? undefined
        : async (mail) => {
            mails.push(mail);
          },
    publicUrl: () => 'https://ampere.example/',
    metrics,
    log: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`),
  });
  sns.start();
  const call = async (
    parameters: Record<string, string>,
    how: 'signed' | 'link' = 'signed',
  ): Promise<Answer> => {
    const form = new URLSearchParams({
      ...parameters,
      ...(how === 'link' ? {} : { Version: '2010-03-31' }),
    }).toString();
    const request = {
      method: how === 'link' ? 'GET' : 'POST',
      search: how === 'link' ? form : '',
      headers: {},
      body: how === 'link' ? new Uint8Array(0) : Buffer.from(form),
      requestId: 'r-1',
      sourceIp: '127.0.0.1',
    };
    const { service } = sns;
    const found = service.route(request);
    const answer =
      'error' in found
        ? service.formError(found.error, 'r-1')
        : await service.execute(found, request, how === 'link' ? undefined : rootPrincipal(PLACE.accountId));
    const text = Buffer.from(answer.body).toString();
    return { status: answer.status, text, member: (name) => memberOf(text, name) };
  };
  return { sns, store, clock, disk, mails, logged, metrics, call };
}
export type Fixture = ReturnType<typeof startSns>;
