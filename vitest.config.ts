import { defineConfig } from 'vitest/config';

/** Four shelves of tests; `npm test` runs them all, `npm run check` only the first. */
export default defineConfig({
  test: {
    // The JSON lets `.ci/run` see whether anything was left out.
    reporters: ['default', ['json', { outputFile: 'var/test-report.json' }]],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 10_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 } },
    ],
  },
});
