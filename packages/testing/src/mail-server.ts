// A tiny SMTP server for tests: it takes whatever it is sent and keeps it.

import { createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body as sent, without the dots that SMTP doubles. */
  readonly text: string;
  /** User and password, when somebody logged in. */
  readonly login: readonly [string, string] | undefined;
}

export interface MailServerForTests {
  readonly host: string;
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** What is answered to the next MAIL commands instead of 250. */
  readonly refusals: string[];
}

/** Listens on a port of the system's choice until the test file is done. */
export async function startMailServer(): Promise<MailServerForTests> {
  const mails: ReceivedMail[] = [];
  const refusals: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that leaves in the middle is no concern of the test.
    socket.on('error', () => socket.destroy());
    talk(socket, mails, refusals);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address !== 'object') throw new Error('it does not listen');
  return { host: '127.0.0.1', port: address.port, mails, refusals };
}

function talk(socket: Socket, mails: ReceivedMail[], refusals: string[]): void {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let pending = '';
  let data: string[] | undefined;
  let from = '';
  let to: string[] = [];
  let login: readonly [string, string] | undefined;
  let expects: ((line: string) => void) | undefined;
  const decode = (text: string) => Buffer.from(text, 'base64').toString();
  const loggedIn = (user: string, password: string) => {
    login = [user, password];
    say('235 welcome');
  };
  const command = (line: string) => {
    const [verb = '', ...rest] = line.split(' ');
    switch (verb.toUpperCase()) {
      case 'EHLO':
        say('250-test');
        say('250-8BITMIME');
        return say('250 AUTH PLAIN LOGIN');
      case 'AUTH': {
        if (rest[0]?.toUpperCase() === 'PLAIN') {
          const take = (text: string) => {
            const [, user = '', password = ''] = decode(text).split('\0');
            loggedIn(user, password);
          };
          if (rest[1] !== undefined) return take(rest[1]);
          expects = take;
          return say('334 ');
        }
        expects = (user) => {
          expects = (password) => loggedIn(decode(user), decode(password));
          say('334 UGFzc3dvcmQ6');
        };
        return say('334 VXNlcm5hbWU6');
      }
      case 'MAIL': {
        const refusal = refusals.shift();
        if (refusal !== undefined) return say(refusal);
        from = /<(.*?)>/.exec(line)?.[1] ?? '';
        to = [];
        return say('250 ok');
      }
      case 'RCPT':
        to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
        return say('250 ok');
      case 'DATA':
        data = [];
        return say('354 go on');
      case 'QUIT':
        say('221 bye');
        return socket.end();
      default:
        return say('250 ok');
    }
  };
  say('220 test ESMTP');
  socket.setEncoding('utf8').on('data', (piece: string) => {
    pending += piece;
    for (let end = pending.indexOf('\r\n'); end !== -1; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (data !== undefined) {
        if (line !== '.') {
          data.push(line.startsWith('.') ? line.slice(1) : line);
          continue;
        }
        mails.push({ from, to, text: data.join('\r\n'), login });
        data = undefined;
        say('250 taken');
      } else if (expects !== undefined) {
        const take = expects;
        expects = undefined;
        take(line);
      } else command(line);
    }
  });
}
