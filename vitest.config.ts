// Which files are tests, by their suffix (see CONTRIBUTING.md):
//   *.test.ts   unit tests, beside the code
//   *.fuzz.ts   property and fuzz tests: a short run here, a long one under AMPERE_TEST_LONG=1
//   *.long.ts   only under AMPERE_TEST_LONG=1
import { defineConfig } from 'vitest/config';

const long = process.env['AMPERE_TEST_LONG'] === '1';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.fuzz.ts', ...(long ? ['**/*.long.ts'] : [])],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    testTimeout: long ? 3_600_000 : 60_000,
    hookTimeout: 120_000,
  },
});
