import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { OperatorPages, Page } from './operator-pages.ts';

/**
 * The listener for operators alone, meant for a private address: metrics and health without
 * authentication, and nothing else. Request bodies are never read.
 */
export class OperatorListener {
  readonly #server: Server;

  constructor(pages: OperatorPages, logger: Logger) {
    this.#server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
      const send = ({ status, headers, body }: Page) => {
        response.writeHead(status, headers);
        response.end(request.method === 'HEAD' ? undefined : body);
      };
      answer(pages, request.method!, request.url!).then(send, (error: unknown) => {
        logger.error({ err: error }, 'metrics failed');
        send(plain(500, 'Internal server error\n'));
      });
    });
    this.#server.maxConnections = 100;
  }

  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function answer(pages: OperatorPages, method: string, target: string): Promise<Page> {
  const path = target.split('?', 1)[0];
  if (path !== '/metrics' && path !== '/-/healthy' && path !== '/-/ready') return plain(404, 'Not found\n');
  if (method !== 'GET' && method !== 'HEAD')
    return plain(405, 'Method not allowed\n', { allow: 'GET, HEAD' });
  if (path === '/metrics') return pages.metrics();
  return path === '/-/ready' ? pages.ready() : pages.healthy();
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Page {
  const body = Buffer.from(text);
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      ...headers,
    },
    body,
  };
}
