// `ampere query`: a signed PromQL query from the command line, for those without awscurl.

import type { ServerClient } from './server-client.ts';

export interface QueryArguments {
  readonly workspace: string;
  readonly query: string;
  /** Evaluation time as the API takes it; undefined is now. */
  readonly time: string | undefined;
}

/** Sends the query to the running server and prints the answer. Returns the exit code. */
export async function runQuery(client: ServerClient, query: QueryArguments): Promise<number> {
  const parameters = new URLSearchParams({ query: query.query });
  if (query.time !== undefined) parameters.set('time', query.time);
  const target = `/workspaces/${encodeURIComponent(query.workspace)}/api/v1/query?${parameters}`;
  const { status, text } = await client.send({ service: 'aps', method: 'GET', target });
  process.stdout.write(`${text}\n`);
  return status === 200 ? 0 : 1;
}
