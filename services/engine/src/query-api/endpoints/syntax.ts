// format_query and parse_query: endpoints that look at a query without running it.

import { type Answer, answer, type ReadContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { parseQuery } from './query.ts';

export function formatQuery(context: ReadContext): Answer {
  return answer(smallValue(context.promql.format(parseQuery(context))));
}

export function parseQueryTree(context: ReadContext): Answer {
  return answer(smallValue(context.promql.toJson(parseQuery(context))));
}
