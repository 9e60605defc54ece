import { expect, test } from 'vitest';
import { unescapeLabelName } from './label-escaping.ts';

const check = (text: string, expected: string) =>
  test(JSON.stringify(text), () => expect(unescapeLabelName(text)).toBe(expected));

check('job', 'job');
check('U__job', 'job');
check('U__', '');
check('U_', 'U_');
check('U__l_2e_x', 'l.x');
check('U__l_2E_x', 'l.x');
check('U__l.x', 'l.x');
check('U__l__x', 'l_x');
check('U___1f600_', '😀');
check('U__a____b', 'a__b');
check('U__l_2e', 'U__l_2e');
check('U__l_', 'U__l_');
check('U__l_zz_x', 'U__l_zz_x');
check('U__l_1234567_x', 'U__l_1234567_x');
check('U__l_d800_x', 'U__l_d800_x');
check('U__l_110000_x', 'U__l_110000_x');
