import { defineConfig } from 'vitest/config';
import { distributedEngines } from './test/support/needs-engines.ts';

/** What runs a second time on MariaDB and BullMQ: the journey, and everything that depends on rows and reminders. */
const onBothEngines = [
  'test/integration/answers.test.ts',
  'test/integration/audit.test.ts',
  'test/integration/back-pressure.test.ts',
  'test/integration/campaign-end.test.ts',
  'test/integration/channel.test.ts',
  'test/integration/confirm-address.test.ts',
  'test/integration/edit-campaign.test.ts',
  'test/integration/hand-ins.test.ts',
  'test/integration/holds.test.ts',
  'test/integration/intake.test.ts',
  'test/integration/live-book.test.ts',
  'test/integration/mailboxes.test.ts',
  'test/integration/notices.test.ts',
  'test/integration/petition.test.ts',
  'test/integration/promise.test.ts',
  'test/integration/road.test.ts',
  'test/integration/returned-mail.test.ts',
  'test/integration/take-back.test.ts',
  'test/integration/webhooks.test.ts',
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
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], testTimeout: 30_000 } },
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
