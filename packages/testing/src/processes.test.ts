import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, run, start, temporaryFolder, until } from './processes.ts';

test('run gives code and both streams, and passes the input', async () => {
  const echo = 'process.stdin.pipe(process.stdout); process.stderr.write("e"); process.exitCode = 3;';
  const finished = await run(process.execPath, ['-e', echo], { input: 'in' });
  expect(finished).toEqual({ code: 3, stdout: 'in', stderr: 'e' });
});

test('run of a program that is not there fails', async () => {
  await expect(run('/nonexistent/program', [])).rejects.toThrow('ENOENT');
});

test('start keeps the output, and kill ends the children too', async () => {
  const child = `require('http').createServer((_, r) => r.end('here')).listen(0, '127.0.0.1',
    function () { console.log(this.address().port); })`;
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}],
    { stdio: 'inherit' })`;
  const running = start(process.execPath, ['-e', parent]);
  const port = await until('the port', () => /\d+(?=\n)/.exec(running.output())?.[0]);
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(await ask()).toBe('here');
  expect(running.isOver()).toBe(false);
  await running.kill('SIGKILL');
  expect(running.isOver()).toBe(true);
  expect(await running.ended).toBe(null);
  await until('the child to be gone', () =>
    ask().then(
      () => false,
      () => true,
    ),
  );
});

test('start of a program that is not there ends with -1 and says why', async () => {
  const running = start('/nonexistent/program', []);
  expect(await running.ended).toBe(-1);
  expect(running.output()).toContain('ENOENT');
});

test('until gives the first answer, and the last failure when time is up', async () => {
  let calls = 0;
  expect(await until('three', () => ++calls === 3 && calls)).toBe(3);
  const fails = () => {
    throw new Error('not yet');
  };
  await expect(until('a thing', fails, 0)).rejects.toThrow('waited 0 ms for a thing; last: Error: not yet');
});

test('until gives up when the process has ended', async () => {
  const running = start(process.execPath, ['-e', 'console.log("no luck")']);
  await running.ended;
  await expect(until('an answer', () => undefined, 60_000, running)).rejects.toThrow('the process ended');
});

test('a free port can be listened on', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  server.close();
});

const folders = [temporaryFolder(), temporaryFolder()];
test('temporary folders are there, and each is another', () => {
  expect(folders[0]).not.toBe(folders[1]);
  for (const folder of folders) writeFileSync(join(folder, 'file'), '');
  expect(folders.every(existsSync)).toBe(true);
});
