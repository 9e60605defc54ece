// Real processes for tests: started on ports of the system's choice, waited for by what they answer,
// and gone when the test is.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Undone after the test file, in reverse order. */
const undo: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A folder of this test file's own, removed at its end. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ampere-test-'));
  undo.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** A port that was free a moment ago, for programs that can't be given 0 or must keep theirs. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(),
      );
    });
  });
}

export interface RunningProcess {
  readonly pid: number;
  /** Whether it has ended. */
  isOver(): boolean;
  /** What it printed so far, both streams. */
  output(): string;
  /** Sends a signal to the process's whole group and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves at the end: exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts a program in a process group of its own; it is killed after the test file at the latest. */
export function start(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): RunningProcess {
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pieces: string[] = [];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    const end = (code: number | null) => {
      over = true;
      resolve(code);
    };
    child.once('exit', end);
    child.once('error', (error) => {
      pieces.push(String(error));
      end(-1);
    });
  });
  const kill = async (signal: NodeJS.Signals) => {
    if (!over && child.pid !== undefined) {
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await ended;
  };
  undo.push(() => kill('SIGKILL'));
  return { pid: child.pid ?? -1, isOver: () => over, output: () => pieces.join(''), kill, ended };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Record<string, string | undefined>;
    readonly input?: string;
  } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    // A program need not read what it is given, and may be gone before.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Asks again until there is an answer other than undefined, false or an exception. The last failure
 * is in the error when time is up. With a process to be asked for, its end is the end of waiting.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 60_000,
  running?: RunningProcess,
): Promise<T> {
  const endMs = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (running?.isOver() === true)
      throw new Error(`waited for ${what}, but the process ended: ${running.output()}`);
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms for ${what}; last: ${String(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
