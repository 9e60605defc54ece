import type { EngineClient, WorkspaceLogs } from '@ampere/contracts';
import type { PublishOutcome } from '@ampere/sns';
import type { PublishForWorkspace } from '../alertmanager/notification-delivery.ts';
import type { Log } from '../log.ts';
import type { FromEngine, Port, ToEngine } from './messages.ts';
import { messageOf, PortServer } from './port-server.ts';

/**
 * Runs an engine in a worker thread: opens it, says so to the thread that started this one, and serves.
 * Log records, and what owners of workspaces may want to know, go there too, as messages.
 * @returns whether it opened; if not, the other thread has been told why
 */
export async function hostEngine(
  port: Port<FromEngine, ToEngine>,
  open: (
    log: Log,
    publish: PublishForWorkspace,
    workspaceLogs: Pick<WorkspaceLogs, 'workspaceLog'>,
  ) => Promise<EngineClient>,
): Promise<boolean> {
  const log: Log = (level, message, fields = {}) => port.postMessage({ type: 'log', level, message, fields });
  const workspaceLogs: Pick<WorkspaceLogs, 'workspaceLog'> = {
    workspaceLog: (workspaceId, record) => port.postMessage({ type: 'workspaceLog', workspaceId, record }),
  };
  try {
    PortServer.serve(port, await open(log, publishThrough(port), workspaceLogs));
  } catch (error) {
    port.postMessage({ type: 'startFailed', message: messageOf(error) });
    return false;
  }
  port.postMessage({ type: 'ready' });
  return true;
}

/** Publications as messages to the other thread, each answered by one. */
function publishThrough(port: Port<FromEngine, ToEngine>): PublishForWorkspace {
  const waiting = new Map<number, (outcome: PublishOutcome) => void>();
  let nextId = 0;
  port.on('message', (message) => {
    if (message.type !== 'published') return;
    waiting.get(message.id)?.(message.outcome);
    waiting.delete(message.id);
  });
  return (workspaceId, message, identity) =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      port.postMessage({ type: 'publish', id, workspaceId, message, identity });
    });
}

/** The port of node:worker_threads in the form that is used here. */
export function portOf<Out, In>(port: {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  // biome-ignore lint/suspicious/noExplicitAny: messages are typed by the two ends, not by Node.
  on(event: 'message', listener: (message: any) => void): unknown;
}): Port<Out, In> {
  return {
    postMessage: (message, transfer = []) => port.postMessage(message, transfer),
    on: (event, listener) => port.on(event, listener),
  };
}
