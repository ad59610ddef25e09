import { readdirSync, readFileSync } from 'node:fs';
import { basename, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * The stages in the order a signature travels. A stage may look back, never forward. The notices come last: they tell
 * signers of all that happened before, and nothing on the road may depend on them.
 */
const journey = ['campaigns', 'intake', 'letters', 'outbox', 'outcomes', 'petitions', 'notices'];
const engines = ['queue', 'storage', 'webhooks'];
const doors = ['web', 'cli', 'ledger', 'staff'];
/** Files at the root that a stage may use; the others join stages and are above them. */
const sharedByStages = ['errors', 'clock', 'ids', 'log', 'jobs', 'points', 'key-ring', 'secrets', 'paths'];

/** Each outside library has one home, so that it can be replaced in one place. */
const homes: Record<string, RegExp> = {
  express: /^web\//,
  'zod-openapi': /^web\/api\/openapi\.ts$/,
  'nodemailer/lib/smtp-connection': /^outbox\/relay-connection\.ts$|^embassy\//,
  'smtp-server': /^embassy\/|^outcomes\/returned-mail-listener\.ts$/,
  imapflow: /^outcomes\/intake\/imap-connection\.ts$/,
  bullmq: /^queue\//,
  ioredis: /^queue\//,
  'postal-mime': /^outcomes\/|^cli\//,
  s3mini: /^petitions\/files\/s3-files\.ts$/,
  mjml: /^letters\/lay-out\.ts$/,
  juice: /^letters\/lay-out\.ts$/,
  marked: /^campaigns\/markdown\.ts$/,
  yaml: /^campaigns\//,
  eta: /^web\/pages\/render-page\.ts$/,
  typeorm: /^storage\/|^ledger\/|-table\.ts$|^intake\/source-key\.ts$/,
  libsql: /^storage\/sqlite\.ts$/,
  pino: /^log\.ts$/,
  'prom-client': /^metrics\.ts$/,
  otpauth: /^staff\/second-factor\.ts$/,
  'openid-client': /^staff\/open-id\.ts$/,
  uqr: /^web\/console\/account\/qr-code\.ts$|^petitions\/sheet-code\.ts$/,
  commander: /^cli\/todoke\.ts$/,
  '@myriaddreamin/typst-ts-node-compiler': /^petitions\/typst-child\.ts$/,
};

/** `In`, `IsNull` and their like are how a step asks for rows; the tables themselves stay in their files. */
const rowQuestions =
  /import \{ (?:(?:In|Not|Between|IsNull|LessThan|LessThanOrEqual|MoreThan|MoreThanOrEqual)(?:, )?)+ \} from 'typeorm'/g;

const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');

function complaints(file: string, source: string): string[] {
  const text = source.replace(rowQuestions, '');
  const found: string[] = [];
  if (!/^(#!.*\n)?\/\*\*/.test(text)) found.push('opens with one sentence about what it is');
  if (file !== 'config.ts' && text.includes('process.env')) found.push('only config.ts reads the environment');
  if (file !== 'clock.ts' && /\bDate\.now\(|new Date\(\)/.test(text)) found.push('only clock.ts reads the time');
  if (/utils|common|helpers|manager|service/.test(basename(file))) found.push('says nothing by its name');
  const lines = text.split('\n').length;
  if (lines > 250 && !/reply-rules|migrations\//.test(file)) found.push(`has ${lines} lines`);
  for (const [, name = ''] of text.matchAll(/(?:from|import\() ?'([^']+)'/g)) {
    if (!name.startsWith('.')) {
      const home = homes[name];
      if (home && !home.test(file)) found.push(`${name} lives in ${home.source}`);
      continue;
    }
    const goal = posix.join(posix.dirname(file), name);
    const [from, to] = [folderOf(file), folderOf(goal)];
    const step = journey.indexOf(from);
    if (step >= 0 && journey.indexOf(to) > step) found.push(`${from} must reach ${to} by a job, not an import`);
    if (step >= 0 && (doors.includes(to) || to === 'embassy')) found.push(`a stage does not know ${to}`);
    if (step >= 0 && to === '' && !sharedByStages.includes(posix.basename(goal, '.ts')))
      found.push(`a stage does not import ${goal}`);
    if (engines.includes(from) && (journey.includes(to) || doors.includes(to))) found.push(`${from} knows no stage`);
  }
  return found.map((complaint) => `${file}: ${complaint}`);
}

describe('house rules', () => {
  test('every file keeps to them', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
    );
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap((file) => complaints(file, readFileSync(`src/${file}`, 'utf8')))).toEqual([]);
  });

  test.each([
    ['intake/x.ts', `/** x */ import { y } from '../outbox/pace.ts';`, 'intake must reach outbox'],
    ['letters/x.ts', `/** x */ import { y } from '../web/server.ts';`, 'a stage does not know web'],
    ['outbox/x.ts', `/** x */ import { y } from '../app.ts';`, 'does not import app.ts'],
    ['storage/x.ts', `/** x */ import { y } from '../letters/letter.ts';`, 'knows no stage'],
    ['outcomes/x.ts', `/** x */ import { Entity } from 'typeorm';`, 'typeorm lives in'],
    ['outcomes/x.ts', `/** x */ const at = Date.now();`, 'only clock.ts'],
    ['log-helpers.ts', `/** x */`, 'says nothing'],
    ['x.ts', `const a = process.env;`, 'opens with'],
  ])('a planted fault in %s is found', (file, text, complaint) => {
    expect(complaints(file, text).join('\n')).toContain(complaint);
  });
});
