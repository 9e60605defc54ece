import { runExplainAccess } from '../explain-access-command.ts';
import { CONFIG_OPTION, type Command, clientOf, requiredText } from './command.ts';

export const EXPLAIN_ACCESS: Command = {
  name: 'explain-access',
  summary: 'tell whether somebody may do something, and which policy statement decides it',
  help: `
Asks the running server, which decides as it would decide a request: with the policies of the user (and of
its groups), role or session, permissions boundaries, and the policy and tags of the resource.

  -p, --principal ARN      who: arn:aws:iam::ACCOUNT:user/NAME, arn:aws:iam::ACCOUNT:role/NAME,
                           arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION, or arn:aws:iam::ACCOUNT:root
  -a, --action ACTION      what: aps:RemoteWrite, aps:QueryMetrics, iam:CreateUser, …
  -r, --resource ARN       on what: arn:aws:aps:REGION:ACCOUNT:workspace/ws-…, or "*" where there is none
  -k, --context KEY=VALUE  a fact of the request that policies ask for, such as aws:SourceIp=10.0.0.1;
                           may be given several times
      --json               the whole explanation as JSON
  -c, --config FILE        the YAML configuration file (also AMPERE_CONFIG)

  node dist/ampere.mjs explain-access --action aps:RemoteWrite \\
    --principal arn:aws:iam::123456789012:role/amp-iamproxy-ingest-role \\
    --resource arn:aws:aps:us-east-1:123456789012:workspace/ws-…

A session is judged as its role, without the policies and tags that it was opened with. What was set up
through aws iam counts from the next request on, here too.

The exit code is 0 when it is allowed and 3 when it is denied.
`,
  options: {
    ...CONFIG_OPTION,
    principal: { type: 'string', short: 'p' },
    action: { type: 'string', short: 'a' },
    resource: { type: 'string', short: 'r' },
    context: { type: 'string', short: 'k', multiple: true },
    json: { type: 'boolean' },
  },
  run: (values, environment) =>
    runExplainAccess(clientOf(values, environment), {
      principal: requiredText(values, 'principal'),
      action: requiredText(values, 'action'),
      resource: requiredText(values, 'resource'),
      context: (values['context'] as readonly string[] | undefined) ?? [],
      json: values['json'] === true,
    }),
};
