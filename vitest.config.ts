import { defineConfig } from 'vitest/config';
import { distributedEngines } from './test/support/needs-engines.ts';

/** What runs a second time on MariaDB and BullMQ: the journey, and everything that depends on rows and reminders. */
const onBothEngines = [
  'test/integration/{answers,audit,back-pressure,campaign-end,channel,holds,intake,mailboxes,petition,promise,road,returned-mail,take-back,webhooks}.test.ts',
  'test/e2e/letter-on-the-wire.test.ts',
];
const distributed = await distributedEngines('the contract suites of MariaDB and BullMQ, and the journey on them,');

/** Five shelves of tests; `npm test` runs them all, `npm run check` only the first. */
export default defineConfig({
  test: {
    // The JSON lets `.ci/run` see whether anything was left out.
    reporters: ['default', ['json', { outputFile: 'var/test-report.json' }]],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 10_000 } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env: { TEST_SERVERS: distributed ? 'yes' : 'no' },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          // Longer than `waitFor`, which says what it waited for.
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'distributed',
          include: distributed ? [...onBothEngines, 'test/distributed/**/*.test.ts'] : [],
          env: { TEST_ENGINES: 'distributed' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
