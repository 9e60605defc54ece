// rules and alerts, as Prometheus 3.5 answers them.
//
// 1. The parameters are checked in Prometheus' order.
// 2. Groups come by file and name. With a page's size, the page begins at the group that the token names, and
//    a token for the next page is given when there is more.
// 3. A group none of whose rules is wanted is left out.

import { createHash } from 'node:crypto';
import { parseGoBoolean, parseGoInteger, quote } from '@ampere/go-text';
import { alertsJson, type EvaluatedGroup, type GroupJson, groupJson, type Rule } from '@ampere/rules';
import type { Matcher } from '@ampere/series';
import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { smallValue } from '../json-writer.ts';
import { invalidParameter } from '../prometheus-error.ts';
import { parseSelectors } from '../selectors.ts';

type Selectors = readonly (readonly Matcher[])[];

export function rules({ parameters, promql, tenant }: StateContext): Answer {
  const selectors = parseSelectors(promql, parameters.all('match[]'));
  const type = parameters.first('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    throw invalidParameter('type', `not supported value ${quote(type)}`);
  }
  const withoutAlerts = readExcludeAlerts(parameters.first('exclude_alerts'));
  const page = readPage(parameters.first('group_limit'), parameters.first('group_next_token'));
  const names = new Set(parameters.all('rule_name[]'));
  const takes = (rule: Rule) =>
    (names.size === 0 || names.has(rule.name)) &&
    (type === '' || (type === 'alert') === (rule.kind === 'alerting')) &&
    isSelected(rule, selectors);
  const groups = new Set(parameters.all('rule_group[]'));
  const files = new Set(parameters.all('file[]'));
  const shown: GroupJson[] = [];
  for (const group of fromToken(tenant.rules.groups, page)) {
    if (groups.size > 0 && !groups.has(group.group.name)) continue;
    if (files.size > 0 && !files.has(group.file)) continue;
    const json = groupJson(group, { takes, withoutAlerts });
    if (json === undefined) continue;
    if (page.limit > 0 && shown.length === page.limit) {
      return answer(smallValue({ groups: shown, groupNextToken: tokenOf(group) }));
    }
    shown.push(json);
  }
  return answer(smallValue({ groups: shown }));
}

export function alerts({ tenant }: StateContext): Answer {
  return answer(smallValue(alertsJson(tenant.rules.groups)));
}

/** Any of the selectors takes the rule's labels as they are defined; without selectors all do. */
function isSelected(rule: Rule, selectors: Selectors): boolean {
  if (selectors.length === 0) return true;
  return selectors.some((matchers) =>
    matchers.every((matcher) => matcher.matches(rule.labels.get(matcher.name) ?? '')),
  );
}

function readExcludeAlerts(text: string): boolean {
  if (text === '') return false;
  const value = parseGoBoolean(text);
  if (value !== undefined) return value;
  const problem = `strconv.ParseBool: parsing ${quote(text)}: invalid syntax`;
  throw invalidParameter('exclude_alerts', `error converting exclude_alerts: ${problem}`);
}

/** A limit of 0 is no paging. */
interface Page {
  readonly limit: number;
  readonly token: string;
}

function readPage(limit: string, token: string): Page {
  if (limit === '') {
    if (token === '') return { limit: 0, token };
    const problem = 'group_limit needs to be present in order to paginate over the groups';
    throw invalidParameter('group_next_token', problem);
  }
  const result = parseGoInteger(limit, 'ParseInt');
  if ('error' in result) {
    throw invalidParameter('group_limit', `group_limit needs to be a valid number: ${result.error}`);
  }
  if (result.value <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  return { limit: result.value, token };
}

function fromToken(groups: readonly EvaluatedGroup[], { token }: Page): readonly EvaluatedGroup[] {
  if (token === '') return groups;
  const first = groups.findIndex((group) => tokenOf(group) === token);
  if (first >= 0) return groups.slice(first);
  throw invalidParameter(
    'group_next_token',
    `invalid group_next_token '${token}'. were rule groups changed?`,
  );
}

function tokenOf({ file, group }: EvaluatedGroup): string {
  return createHash('sha1').update(`${file};${group.name}`).digest('hex');
}
