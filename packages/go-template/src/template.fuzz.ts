// Random templates: the only exceptions are typed, every run ends within its bounds, and what a run
// gives doesn't depend on what ran before it.
import { SeededRandom } from '@ampere/platform';
import { describe, expect, test } from 'vitest';
import { TemplateError, TemplateLimitError } from './index.ts';
import { renderNotification } from './testing/notification.ts';
import { TemplateGenerator } from './testing/template-generator.ts';

const SEED = Number(process.env['AMPERE_SEED'] ?? 20_261_120);
const ROUNDS = process.env['AMPERE_TEST_LONG'] === '1' ? 300_000 : 4_000;
const LIMITS = { stepsMax: 3_000, outputBytesMax: 2_000, depthMax: 60 };

function attempt(text: string): string {
  try {
    const output = renderNotification(text, { limits: LIMITS });
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(LIMITS.outputBytesMax * 3);
    return output;
  } catch (error) {
    if (error instanceof TemplateError) return `${error.name}: ${error.message}`;
    throw new Error(`${JSON.stringify(text)} threw ${String(error)}`);
  }
}

describe(`seed ${SEED}`, () => {
  test('generated templates end in a text or a typed error, twice the same', () => {
    const generator = new TemplateGenerator(new SeededRandom(SEED));
    let rendered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const text = generator.next();
      const first = attempt(text);
      expect({ text, outcome: attempt(text) }).toEqual({ text, outcome: first });
      if (!first.startsWith('Template')) rendered++;
    }
    // The generator is worth its name only if many of its templates work.
    expect(rendered).toBeGreaterThan(ROUNDS / 10);
  });

  test('noise never throws anything but a typed error', () => {
    const generator = new TemplateGenerator(new SeededRandom(SEED + 1));
    for (let round = 0; round < ROUNDS; round++) attempt(generator.noise());
  });

  test('random bytes never throw anything but a typed error', () => {
    const random = new SeededRandom(SEED + 2);
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = random.bytes(random.integer(40));
      attempt(`{{ ${Buffer.from(bytes).toString('latin1')} }}`);
    }
  });
});

const bounded = (name: string, text: string, limit: string) =>
  test(`bounded: ${name}`, () => {
    expect.assertions(2);
    try {
      renderNotification(text);
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateLimitError);
      expect((error as TemplateLimitError).limit).toBe(limit);
    }
  });

const MANY = `stringSlice ${'"a" '.repeat(1000)}`;
const LONG = 'printf "%0100000d" 2';

bounded(
  'a template that invokes itself',
  '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
  'depth',
);
bounded(
  'one that does so in conditions',
  '{{ define "r" }}{{ if . }}{{ with . }}{{ template "r" . }}{{ end }}{{ end }}{{ end }}{{ template "r" . }}',
  'depth',
);
bounded(
  'branching recursion',
  '{{ define "r" }}{{ if . }}{{ template "r" (slice . 1) }}{{ template "r" (slice . 1) }}{{ end }}{{ end }}{{ template "r" "abcdefghijklmnopqrstuvwxyz" }}',
  'steps',
);
bounded(
  'loops in loops',
  `{{ $s := ${MANY} }}{{ range $s }}{{ range $s }}{{ range $s }}{{ end }}{{ end }}{{ end }}`,
  'steps',
);
bounded(
  'an output without end',
  `{{ $s := ${MANY} }}{{ range $s }}{{ range $s }}0123456789{{ end }}{{ end }}`,
  'output',
);
bounded(
  'a string that doubles',
  `{{ $x := "ab" }}{{ range ${MANY} }}{{ $x = print $x $x }}{{ end }}`,
  'output',
);
bounded('a wide number', '{{ printf "%1000000d%1000000d" 1 2 }}', 'output');
bounded('a long fraction', `{{ range ${MANY} }}{{ $x := printf "%.900000f" 0.1 }}{{ end }}`, 'steps');
bounded(
  'many long comparisons',
  `{{ $x := ${LONG} }}{{ range ${MANY} }}{{ if eq $x $x $x }}{{ end }}{{ end }}`,
  'steps',
);
bounded('a replacement that grows', `{{ reReplaceAll "" (${LONG}) (${LONG}) }}`, 'output');
bounded('searches that look far', `{{ reReplaceAll "0(0*1)?" "" (${LONG}) }}`, 'steps');
bounded('a pattern that grows', `{{ match "${'a{1000}'.repeat(300)}" "a" }}`, 'steps');
bounded('a pattern of many classes', `{{ match "[${'\\\\pL'.repeat(20_000)}]" "a" }}`, 'steps');
bounded('a joint that grows', `{{ join (${LONG}) (${MANY}) }}`, 'output');
bounded(
  'escapes that grow',
  `{{ $x := "<<<<<<<<<<" }}{{ range stringSlice ${'"a" '.repeat(16)} }}{{ $x = print $x $x }}{{ end }}{{ html $x }}`,
  'output',
);
