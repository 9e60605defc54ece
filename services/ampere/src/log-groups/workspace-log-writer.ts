// Puts what rules, alert managers and queries have to tell into the log groups that workspaces name, in the
// form of the guide's vended logs: `workspaceId`, `component` and a `message` whose members are texts.
import type {
  FinishedQuery,
  WorkspaceLogging,
  WorkspaceLoggingListener,
  WorkspaceLogRecord,
  WorkspaceLogs,
} from '@ampere/contracts';
import type { LogGroups } from './log-groups.ts';

const EVALUATIONS: readonly string[] = ['query', 'query_range'];

export class WorkspaceLogWriter implements WorkspaceLogs, WorkspaceLoggingListener {
  readonly #groups: Pick<LogGroups, 'append'>;
  readonly #logging = new Map<string, WorkspaceLogging>();

  constructor(groups: Pick<LogGroups, 'append'>) {
    this.#groups = groups;
  }

  loggingChanged(workspaceId: string, logging: WorkspaceLogging): void {
    if (logging.logGroupArn === undefined && logging.queries.length === 0) this.#logging.delete(workspaceId);
    else this.#logging.set(workspaceId, logging);
  }

  workspaceLog(workspaceId: string, { level, message, component, fields }: WorkspaceLogRecord): void {
    const logGroupArn = this.#logging.get(workspaceId)?.logGroupArn;
    if (logGroupArn === undefined) return;
    this.#groups.append(logGroupArn, {
      workspaceId,
      message: { log: message, level: level.toUpperCase(), ...fields },
      component,
    });
  }

  onQueryFinished(query: FinishedQuery): void {
    const { workspaceId, samples, stepMs } = query;
    if (!EVALUATIONS.includes(query.endpoint)) return;
    for (const { logGroupArn, samplesMin } of this.#logging.get(workspaceId)?.queries ?? []) {
      if (samples < samplesMin) continue;
      this.#groups.append(logGroupArn, {
        workspaceId,
        message: {
          query: query.query,
          queryType: stepMs === 0 ? 'instant' : 'range',
          start: String(query.startMs),
          end: String(query.endMs),
          step: String(stepMs),
          samples: String(samples),
          durationMs: query.durationMs.toFixed(3),
          outcome: query.outcome,
          principal: query.principalArn,
          requestId: query.requestId,
        },
        component: 'query-frontend',
      });
    }
  }
}
