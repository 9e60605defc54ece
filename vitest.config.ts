// Which files are tests, by their suffix (see CONTRIBUTING.md):
//   *.test.ts   unit tests, beside the code
//   *.fuzz.ts   property and fuzz tests: a short run here, a long one under AMPERE_TEST_LONG=1
//   *.long.ts   only under AMPERE_TEST_LONG=1
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const long = process.env['AMPERE_TEST_LONG'] === '1';

export default defineConfig({
  test: {
    include: ['**/*.test.ts', '**/*.fuzz.ts', ...(long ? ['**/*.long.ts'] : [])],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    // End-to-end tests wait for other programs most of their time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: long ? 3_600_000 : 60_000,
    hookTimeout: 120_000,
  },
});
