/** `npm run fuzz`: broken, cut, mixed and blown-up mails by the million for the reader of returned mail. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { deliveryReport } from '../src/embassy/delivery-report.ts';
import { knownReports } from '../src/embassy/returned-report.ts';
import { readOutcome, readReplyLine } from '../src/cli/read-outcomes.ts';
import { breaker } from './broken-mail.ts';

const { count, seed, mails } = new Command('npm run fuzz --')
  .option('--count <n>', 'inputs', '1000000')
  .option('--seed <n>', 'begins the random choices', '1')
  .option('--mails <folder>', 'real mails to break, beside our own', '../shared/bounces/train/corpus')
  .parse()
  .opts<{ count: string; seed: string; mails: string }>();

/** Milliseconds one mail may take; a machine with other work may stop us for as long as a hundred. */
const patience = 1_000;
const sources = [...ourReports(), ...realMails(resolve(mails))];
const broken = breaker(sources, Number(seed));
const started = performance.now();
let slowest = 0;
let most = 0;

for (let n = 1; n <= Number(count); n += 1) {
  const mail = broken();
  const before = performance.now();
  try {
    readOutcome(mail);
    if (n % 10 === 0) readReplyLine(mail.toString('latin1').slice(0, 600));
  } catch (thrown) {
    process.stderr.write(`input ${n} of seed ${seed} threw\n${mail.toString('latin1').slice(0, 400)}\n`);
    throw thrown;
  }
  const took = performance.now() - before;
  if (took > patience) throw new Error(`input ${n} of seed ${seed} took ${Math.round(took)} ms`);
  slowest = Math.max(slowest, took);
  if (n % 10_000 === 0) {
    most = Math.max(most, process.memoryUsage.rss());
    const rate = Math.round(n / ((performance.now() - started) / 1_000));
    process.stdout.write(
      `\r${n.toLocaleString('en')} inputs, ${rate.toLocaleString('en')} a second, slowest ${slowest.toFixed(0)} ms `,
    );
  }
}
process.stdout.write(
  `\n${Number(count).toLocaleString('en')} inputs from ${sources.length} mails, seed ${seed}: none threw, the slowest took ${slowest.toFixed(0)} ms, memory at most ${Math.round(most / 1024 ** 2)} MB\n`,
);

function ourReports(): Buffer[] {
  return Object.values(knownReports).map((report) =>
    deliveryReport({
      reportingMta: 'mx.embassy.example',
      remoteMta: 'store.embassy.example',
      queueId: '4T000001',
      to: 'b-1@bounce.example.org',
      recipient: 'office@embassy.example',
      envelopeId: '0123456789abcdef',
      report,
      letter: Buffer.from('From: a@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n'),
      at: 0,
    }),
  );
}

function realMails(folder: string): Buffer[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  } catch {
    process.stdout.write(`no mails in ${folder}: only our own are broken\n`);
    return [];
  }
}
