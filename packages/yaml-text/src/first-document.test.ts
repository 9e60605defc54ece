import { expect, test } from 'vitest';
import { isMap, LineCounter } from 'yaml';
import {
  aliasTargets,
  checkNesting,
  firstDocument,
  NestingError,
  UnknownAnchorError,
} from './first-document.ts';

test('the first document, its scalars as texts, with lines', () => {
  const lines = new LineCounter();
  const document = firstDocument('a: 1\nb: true\n---\nc: 2\n', lines)!;
  expect(document.toJS()).toEqual({ a: '1', b: 'true' });
  const { items } = document.contents as never as { items: { key: { range: [number] } }[] };
  expect(lines.linePos(items[1]!.key.range[0])).toEqual({ line: 2, col: 1 });
  expect(firstDocument('', new LineCounter())).toBeUndefined();
});

test('an alias means the anchor that stands last before it', () => {
  const document = firstDocument('[&a x, *a, &a y, *a]', new LineCounter())!;
  expect([...aliasTargets(document).values()].map(String)).toEqual(['x', 'y']);
  const unknown = firstDocument('[*a, &a x]', new LineCounter())!;
  expect(() => aliasTargets(unknown)).toThrow(UnknownAnchorError);
});

for (const piece of ['[', '{a: ', '- ', '? ']) {
  test(`${piece} nested`, () => {
    expect(isMap(firstDocument(`a: ${'['.repeat(90)}${']'.repeat(90)}`, new LineCounter())!.contents)).toBe(
      true,
    );
    for (const parse of [checkNesting, (text: string) => firstDocument(text, new LineCounter())]) {
      expect(() => parse(`${piece.repeat(50_000)}a`)).toThrow(NestingError);
    }
  });
}
