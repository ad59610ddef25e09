import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { distributedEngines } from './test/support/needs-engines.ts';

/** What runs a second time on MariaDB and BullMQ: the journey, and everything that depends on rows and reminders. */
const onBothEngines = [
  'test/integration/activity.test.ts',
  'test/integration/answers.test.ts',
  'test/integration/audit.test.ts',
  'test/integration/campaign-console.test.ts',
  'test/integration/campaign-page.test.ts',
  'test/integration/campaign-end.test.ts',
  'test/integration/channel.test.ts',
  'test/integration/confirm-address.test.ts',
  'test/integration/console-letters.test.ts',
  'test/integration/console-review.test.ts',
  'test/integration/console-rights.test.ts',
  'test/integration/console-sign-in.test.ts',
  'test/integration/console-targets.test.ts',
  'test/integration/hand-ins.test.ts',
  'test/integration/holds.test.ts',
  'test/integration/intake.test.ts',
  'test/integration/live-book.test.ts',
  'test/integration/mailboxes.test.ts',
  'test/integration/notices.test.ts',
  'test/integration/outgoing-webhooks.test.ts',
  'test/integration/petition.test.ts',
  'test/integration/promise.test.ts',
  'test/integration/road.test.ts',
  'test/integration/returned-mail.test.ts',
  'test/integration/take-back.test.ts',
  'test/integration/webhooks.test.ts',
  'test/e2e/letter-on-the-wire.test.ts',
];
/** What fills the machine by itself: each of these files runs alone, after all others, which wait for seconds only. */
const alone = ['test/contract/explain.test.ts', 'test/integration/{back-pressure,crash-matrix}.test.ts'];
const aloneOnBothEngines = ['test/integration/back-pressure.test.ts'];
const distributed = await distributedEngines('the contract suites of MariaDB and BullMQ, and the journey on them,');

/** What one run shares: it goes when the run ends. */
const shared = mkdtempSync(join(tmpdir(), 'todoke-run-'));
process.on('exit', () => rmSync(shared, { recursive: true, force: true }));
// Workers and the services they start read the compiled modules of those before them.
process.env['NODE_COMPILE_CACHE'] ??= join(shared, 'modules');
// No test waits for paper that gives way to another test.
process.env['PETITIONS_NICE'] ??= '0';

const exclude = [...configDefaults.exclude, ...alone];
const servers = { TEST_SERVERS: distributed ? 'yes' : 'no', TEST_SHARED: shared };
const onDistributed = { TEST_ENGINES: 'distributed' };
const setupFiles = ['test/support/distributed-file.ts'];
/** vitest leaves one core to itself, which is half of a small machine. */
const maxWorkers = availableParallelism();

/** The shelves of tests; `npm test` runs them all, `npm run check` only the first. */
export default defineConfig({
  test: {
    // The JSON lets `.ci/run` see whether anything was left out.
    reporters: ['default', ['json', { outputFile: 'var/test-report.json' }]],
    sequence: { sequencer: LongestFirst },
    maxWorkers,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 10_000, maxWorkers } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env: servers,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude,
          env: { TEST_SHARED: shared },
          testTimeout: 30_000,
          // Longer than `waitFor`, which says what it waited for.
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          env: { TEST_SHARED: shared },
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'distributed',
          include: distributed ? [...onBothEngines, 'test/distributed/**/*.test.ts'] : [],
          env: onDistributed,
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env: servers,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone-distributed',
          include: distributed ? aloneOnBothEngines : [],
          env: onDistributed,
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
