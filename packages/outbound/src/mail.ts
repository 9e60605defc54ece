// E-mail through an SMTP server, one connection a message.

import { assert } from '@ampere/platform';
import { createTransport } from 'nodemailer';
import { OutboundError } from './errors.ts';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** The address to connect to, when `host` was resolved already; certificates are checked for `host`. */
  readonly address?: string;
  /** What it is greeted with. */
  readonly hello?: string;
  readonly user?: string;
  readonly password?: string;
  /** `wrapped`: TLS from the first byte. `required`: by STARTTLS, or not at all. `if-offered`, or `never`. */
  readonly tls: 'wrapped' | 'required' | 'if-offered' | 'never';
  readonly insecureSkipVerify?: boolean;
  readonly ca?: string;
}

export interface MailMessage {
  readonly from: string;
  /** A list of addresses, divided by commas. */
  readonly to: string;
  readonly subject?: string;
  /** More headers, which may also replace those that are made here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly html?: string;
}

const TIMEOUT_MS = 30_000;

/** Sends a message. Throws OutboundError: `refused` for what the server refuses for good. */
export async function sendMail(server: MailServer, message: MailMessage): Promise<void> {
  assert(!/[\r\n]/.test(message.from + message.to), 'addresses are one line');
  const transport = createTransport({
    host: server.address ?? server.host,
    port: server.port,
    secure: server.tls === 'wrapped',
    requireTLS: server.tls === 'required',
    ignoreTLS: server.tls === 'never',
    ...(server.hello === undefined ? {} : { name: server.hello }),
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password ?? '' } }),
    tls: {
      servername: server.host,
      rejectUnauthorized: server.insecureSkipVerify !== true,
      ...(server.ca === undefined ? {} : { ca: server.ca }),
    },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // Nothing in a message may make the server read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ ...message });
  } catch (error) {
    const { code, responseCode } = error as { code?: string; responseCode?: number };
    const kind = responseCode !== undefined && responseCode >= 500 ? 'refused' : 'network';
    // The server's own words may repeat what was sent; its code says enough.
    throw new OutboundError(kind, `${server.host}: ${responseCode ?? code ?? 'failed'}`, { cause: error });
  } finally {
    transport.close();
  }
}
