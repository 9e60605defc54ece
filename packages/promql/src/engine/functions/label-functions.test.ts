import { expect, it } from 'vitest';
import { parseReplacement } from './label-functions.ts';
import { naturallyBefore } from './sort.ts';

/** `#{` stands for `${`, which looks like a mistake in a plain string. */
function check(template: string, ...expected: string[]): void {
  const parts = parseReplacement(template.replace('#{', '$' + '{')).map((part) =>
    'text' in part ? part.text : `<${part.group}>`,
  );
  expect(parts, template).toEqual(expected);
}

it('reads replacements as Go does', () => {
  check('plain', 'plain');
  check('$1', '<1>');
  check('a$1b', 'a', '<1b>');
  check('a#{1}b', 'a', '<1>', 'b');
  check('$name-$$x', '<name>', '-', '$', 'x');
  check('$', '$');
  check('$-', '$-');
  check('#{}', '$' + '{}');
  check('#{a-b}', '$' + '{a-b}');
  check('$é', '<é>');
});

function checkOrder(...texts: string[]): void {
  for (const [i, text] of texts.entries()) {
    for (const later of texts.slice(i + 1)) {
      expect(naturallyBefore(text, later), `${text} before ${later}`).toBe(true);
      expect(naturallyBefore(later, text), `${later} not before ${text}`).toBe(false);
    }
  }
}

it('orders labels naturally', () => {
  checkOrder('1', '2', '10');
  checkOrder('a1', 'a2', 'a10', 'b1');
  checkOrder('cpu1-9', 'cpu1-10', 'cpu11-1');
});
