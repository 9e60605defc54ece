// Sets of templates: files in order, definitions that replace each other, texts on top.
import { expect, test } from 'vitest';
import {
  ALERTMANAGER_FUNCTIONS,
  NIL,
  parseTemplates,
  TemplateExecError,
  TemplateParseError,
} from './index.ts';

const set = (...texts: string[]) =>
  parseTemplates(
    texts.map((text, i) => ({ name: `f${i}`, text })),
    { functions: ALERTMANAGER_FUNCTIONS },
  );

const check = (name: string, files: string[], text: string, expected: string) =>
  test(name, () =>
    expect(
      set(...files)
        .compile({ name: '', text })
        .execute(NIL),
    ).toBe(expected),
  );

check('a definition of a file', ['{{ define "a" }}1{{ end }}'], '{{ template "a" }}', '1');
check(
  'a later file replaces it',
  ['{{ define "a" }}1{{ end }}', '{{ define "a" }}2{{ end }}'],
  '{{ template "a" }}',
  '2',
);
check(
  'an empty one does not',
  ['{{ define "a" }}1{{ end }}', '{{ define "a" }} {{ end }}'],
  '{{ template "a" }}',
  '1',
);
check('an empty one alone stands', ['{{ define "a" }} {{ end }}'], '[{{ template "a" }}]', '[ ]');
check(
  'the text does so too',
  ['{{ define "a" }}1{{ end }}'],
  '{{ define "a" }}3{{ end }}{{ template "a" }}',
  '3',
);
check(
  'callers in files see the replacement',
  ['{{ define "a" }}1{{ end }}{{ define "b" }}{{ template "a" }}{{ end }}'],
  '{{ define "a" }}3{{ end }}{{ template "b" }}',
  '3',
);
check('a block is a default', ['{{ define "a" }}1{{ end }}'], '{{ block "c" . }}d{{ end }}', 'd');
check('the rest of a file under its name', ['x{{ define "a" }}1{{ end }}y'], '{{ template "f0" }}', 'xy');
check('an empty text', ['x'], '', '');

test('compiling leaves the set as it was', () => {
  const base = set('{{ define "a" }}1{{ end }}');
  base.compile({ name: '', text: '{{ define "a" }}2{{ end }}' });
  expect(base.execute('a', NIL)).toBe('1');
  expect(base.names().sort()).toEqual(['a', 'f0']);
});

test('an unknown name', () => {
  expect(() => set().execute('ä', NIL)).toThrow(TemplateExecError);
  expect(() => set().execute('ä', NIL)).toThrow('template: no template "ä" associated with template ""');
});

test('errors name the file and the definition', () => {
  const base = set('\n{{ define "a" }}\n  {{ index nil 1 }}{{ end }}');
  expect(() => base.execute('a', NIL)).toThrow(
    'template: f0:3:5: executing "a" at <index nil 1>: error calling index: index of untyped nil',
  );
  expect(() => set('ok', '\n{{ nope }}')).toThrow(TemplateParseError);
  expect(() => set('ok', '\n{{ nope }}')).toThrow('template: f1:2: function "nope" not defined');
});

test('many variables take steps, not hours', () => {
  const text = '{{ $a := 1 }}'.repeat(20_000) + '{{ $ }}'.repeat(20_000);
  expect(() => set().compile({ name: '', text }).execute(NIL)).toThrow(
    'template took more than 1000000 steps',
  );
});

test('nesting is bounded when parsing', () => {
  const nested = (levels: number) => `${'{{ if true }}'.repeat(levels)}x${'{{ end }}'.repeat(levels)}`;
  expect(set(nested(90)).execute('f0', NIL)).toBe('x');
  expect(() => set(nested(5_000))).toThrow('nested deeper than 200');
  expect(() => set(`{{ ${'('.repeat(100_000)} }}`)).toThrow('nested deeper than 200');
});

test('deeply nested values are printed up to a depth', () => {
  const text = `{{ $x := stringSlice "a" }}{{ range stringSlice ${'"a" '.repeat(50)} }}{{ $x = printf "%v" $x }}{{ end }}{{ $x }}`;
  expect(set().compile({ name: '', text }).execute(NIL)).toBe('[a]');
});
