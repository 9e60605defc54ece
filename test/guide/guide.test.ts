// The commands of the user guide's chapters, typed as it has them: each script of this folder runs with the real
// AWS CLI and curl against one fresh server, and what it prints is looked at. A script leaves nothing behind.

import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith, freePort, run, temporaryFolder } from '@ampere/testing';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { ACCOUNT, type AmpereServer, REGION, startAmpere } from '../harness/index.ts';
import { ROOT } from '../tidy/files.ts';

const FOLDER = join(ROOT, 'test', 'guide');

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A subscriber that confirms what it is asked, and writes the messages that it gets into a file. */
function receiver(file: string): Promise<string> {
  return listen(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    response.end();
    const message: Record<string, string> = JSON.parse(text);
    if (message['SubscribeURL'] !== undefined) await fetch(message['SubscribeURL']);
    else writeFileSync(file, JSON.stringify(message));
  });
}

const commands = (text: string) => [...text.matchAll(/\baws (amp [a-z-]+)/g)].map((found) => found[1]!);
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.sh'));

test('every operation of the API is in a script', () => {
  const description = readFileSync(join(ROOT, 'openapi', 'amp.yaml'), 'utf8');
  const operations = [...description.matchAll(/operationId: (\w+)/g)].map((found) => found[1]!);
  expect(operations).toHaveLength(44);
  const typed = new Set(scripts.flatMap((name) => commands(readFileSync(join(FOLDER, name), 'utf8'))));
  const asCommand = (name: string) => `amp${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const missing = operations.filter((name) => !typed.has(asCommand(name).replace('-', ' ')));
  expect(missing).toEqual([]);
});

describeWith('the user guide', ['aws', 'curl', 'prometheus'], ({ aws, prometheus }) => {
  let ampere: AmpereServer;
  let environment: Record<string, string>;
  const received = join(temporaryFolder(), 'received.json');

  beforeAll(async () => {
    const folder = temporaryFolder();
    const config = join(folder, 'ampere.yaml');
    writeFileSync(config, 'outbound: {allow_private: true}\n');
    ampere = await startAmpere({ env: { AMPERE_CONFIG: config } });
    // What older versions of the AWS CLI don't read from AWS_ENDPOINT_URL themselves.
    const shim = join(folder, 'aws');
    writeFileSync(shim, `#!/bin/sh\nexec '${aws}' --endpoint-url '${ampere.url}' "$@"\n`);
    chmodSync(shim, 0o755);
    const hook = await receiver(received);
    const target = await listen((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('scraped_total 42\n');
    });
    environment = {
      ...ampere.awsEnvironment,
      PATH: `${folder}:${process.env['PATH']}`,
      PROMETHEUS: prometheus,
      PROMETHEUS_PORT: String(await freePort()),
      RECEIVER_URL: `http://${hook}/`,
      RECEIVER_FILE: received,
      TARGET: target,
      LOGS: join(ampere.dataFolder, 'logs'),
    };
  });
  afterAll(async () => {
    const { stdout } = await run(join(aws), ['amp', 'list-workspaces', '--endpoint-url', ampere.url], {
      env: ampere.awsEnvironment,
    });
    expect(JSON.parse(stdout)).toEqual({ workspaces: [] });
    expect(await ampere.stop()).toBe(0);
  });

  /** Skips a test when the script needs a command that this AWS CLI is too old for. */
  const needs = async (name: string, context: TestContext) => {
    const needed = /^# Needs: (\S+) (\S+)$/m.exec(readFileSync(join(FOLDER, name), 'utf8'));
    if (needed === null) return;
    const { stderr } = await run(aws, [needed[1]!, needed[2]!, '--no-such-option'], { env: environment });
    if (stderr.includes('Invalid choice')) context.skip(`this AWS CLI has no "${needed[0].slice(9)}"`);
  };

  /** The script prints lines that match these, in this order, and nothing in between that isn't named. */
  const prints = (name: string, ...lines: (string | RegExp)[]) =>
    test(name, { timeout: 240_000 }, async (context) => {
      await needs(name, context);
      const folder = temporaryFolder();
      const result = await run('bash', [join(FOLDER, name)], { env: environment, cwd: folder });
      expect([result.code, result.stderr], result.stdout).toEqual([0, '']);
      console.log(name, result.stdout);
    });

  for (const name of scripts.filter((n) => !/^(create-irsa|irsa|signed)/.test(n))) prints(name);
});
