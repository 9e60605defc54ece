// `email_configs`: a message with a text and an HTML part, through the smarthost of the block or of `global`.

import { ConfigError, type GlobalConfig } from '@ampere/alertmanager';
import { type MailServer, OutboundError } from '@ampere/outbound';
import { factsOf, Renderer } from './rendering.ts';
import { notSent, type SenderFactory, type Sent } from './sender.ts';
import type { Settings } from './settings.ts';

const TLS_PORT = 465;

export const email: SenderFactory = (settings, global) => {
  const to = settings.text('to');
  if (to === '') throw new ConfigError('missing to address in email config');
  const { server, from } = readServer(settings, global);
  const html = settings.text('html', '{{ template "email.default.html" . }}');
  const text = settings.text('text');
  const headers = readHeaders(settings);
  settings.end(['auth_password_file']);

  return async (notification, { outbound, templates, externalUrl, sendMail }, signal): Promise<Sent> => {
    const renderer = new Renderer(templates, factsOf(notification, externalUrl));
    const oneLine = (value: string) => value.replace(/[\r\n]+/g, ' ').trim();
    const rendered = new Map([...headers].map(([name, value]) => [name, oneLine(renderer.text(value))]));
    const { Subject: subject = '', ...others } = Object.fromEntries(rendered);
    const body = {
      ...(text === '' ? {} : { text: renderer.text(text) }),
      ...(html === '' ? {} : { html: renderer.html(html) }),
    };
    const addresses = { from: oneLine(renderer.text(from)), to: oneLine(renderer.text(to)) };
    const texts = { ...addresses, subject, ...body };
    if (signal.aborted) return notSent('no time is left', true, texts);
    try {
      const { address } = await outbound.resolve(server.host);
      await sendMail({ ...server, address }, { ...addresses, subject, headers: others, ...body });
      return { outcome: { ok: true }, texts, answer: 'accepted' };
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return notSent(error.message, error.kind === 'network', texts);
    }
  };
};

function readServer(
  settings: Settings,
  { texts, smtpRequireTls }: GlobalConfig,
): { server: MailServer; from: string } {
  const from = settings.text('from', texts['smtp_from'] ?? '');
  const smarthost = settings.text('smarthost', texts['smtp_smarthost'] ?? '');
  if (smarthost === '') throw new ConfigError('no global SMTP smarthost set');
  if (from === '') throw new ConfigError('no global SMTP from set');
  const match = /^(.*):([0-9]{1,5})$/.exec(smarthost);
  if (match === null || match[1] === '')
    throw new ConfigError(`address ${smarthost}: missing port in address`);
  const port = Number(match[2]);
  const hello = settings.text('hello', texts['smtp_hello'] ?? 'localhost');
  const user = settings.text('auth_username', texts['smtp_auth_username'] ?? '');
  const password = settings.text('auth_password', texts['smtp_auth_password'] ?? '');
  const requireTls = settings.boolean('require_tls', smtpRequireTls);
  const secret = settings.text('auth_secret', texts['smtp_auth_secret'] ?? '');
  settings.text('auth_identity', texts['smtp_auth_identity'] ?? '');
  if (secret !== '')
    throw new ConfigError('email_configs.auth_secret: CRAM-MD5 is not supported by this server');
  const tls = settings.section('tls_config');
  const insecureSkipVerify = tls?.boolean('insecure_skip_verify', false) ?? false;
  const [ca, serverName] = [tls?.text('ca') ?? '', tls?.text('server_name') ?? ''];
  tls?.end(['ca_file', 'cert_file', 'key_file', 'cert', 'key', 'min_version', 'max_version']);
  const server: MailServer = {
    host: serverName || match[1]!.replace(/^\[(.*)\]$/, '$1'),
    port,
    hello,
    tls: port === TLS_PORT ? 'wrapped' : requireTls ? 'required' : 'if-offered',
    insecureSkipVerify,
    ...(user === '' ? {} : { user, password }),
    ...(ca === '' ? {} : { ca }),
  };
  return { server, from };
}

/** Names are compared without regard to case; `Subject` has a default. */
function readHeaders(settings: Settings): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of settings.texts('headers')) {
    const normal = name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (!/^[!-9;-~]+$/.test(name)) throw new ConfigError('email_configs.headers: a name is not allowed');
    if (headers.has(normal)) throw new ConfigError(`duplicate header "${normal}" in email config`);
    headers.set(normal, value);
  }
  if (!headers.has('Subject')) headers.set('Subject', '{{ template "email.default.subject" . }}');
  return headers;
}
