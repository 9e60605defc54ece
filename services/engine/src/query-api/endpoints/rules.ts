// rules and alerts: there are none here yet, but the parameters are checked as Prometheus checks them.

import { type Answer, answer, type StateContext } from '../endpoint.ts';
import { parseGoBoolean, parseGoInteger, quote } from '../go-text.ts';
import { smallValue } from '../json-writer.ts';
import { invalidParameter } from '../prometheus-error.ts';
import { parseSelectors } from '../selectors.ts';

export function rules({ parameters, promql }: StateContext): Answer {
  parseSelectors(promql, parameters.all('match[]'));
  const type = parameters.first('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    throw invalidParameter('type', `not supported value ${quote(type)}`);
  }
  const excludeAlerts = parameters.first('exclude_alerts');
  if (excludeAlerts !== '' && parseGoBoolean(excludeAlerts) === undefined) {
    const problem = `strconv.ParseBool: parsing ${quote(excludeAlerts)}: invalid syntax`;
    throw invalidParameter('exclude_alerts', `error converting exclude_alerts: ${problem}`);
  }
  checkPaging(parameters.first('group_limit'), parameters.first('group_next_token'));
  return answer(smallValue({ groups: [] }));
}

function checkPaging(limit: string, token: string): void {
  if (limit === '') {
    if (token === '') return;
    const problem = 'group_limit needs to be present in order to paginate over the groups';
    throw invalidParameter('group_next_token', problem);
  }
  const result = parseGoInteger(limit, 'ParseInt');
  if ('error' in result) {
    throw invalidParameter('group_limit', `group_limit needs to be a valid number: ${result.error}`);
  }
  if (result.value <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  if (token !== '') {
    throw invalidParameter(
      'group_next_token',
      `invalid group_next_token '${token}'. were rule groups changed?`,
    );
  }
}

export function alerts(): Answer {
  return answer(smallValue({ alerts: [] }));
}
