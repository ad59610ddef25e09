/** `todoke outcome read`: what each returned mail or reply is, as one line of JSON for programs. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { classifyReply } from '../outcomes/classify-reply.ts';
import { classifyReport } from '../outcomes/classify-report.ts';
import type { Classification } from '../outcomes/outcome.ts';
import type { ReplyRule } from '../outcomes/reply-rules.ts';
import { readReport, type Report } from '../outcomes/read-report.ts';
import { parseQuotedReply } from '../outbox/smtp-reply.ts';

/** The coarse words in which collections of bounces are labelled. */
export type CoarseClass = 'hard-mailbox' | 'blocked' | 'full' | 'temporary' | 'other';

export interface ReadMail {
  isBounce: boolean;
  kind: Report['kind'];
  form: Report['form'];
  recipient: string[];
  class?: CoarseClass;
  attribution?: string | null;
  rule?: string;
}

/** Who stands in From does not matter to these words. */
const context = { identity: 'reply-to', senderDomain: 'sender.example', signerDomain: undefined } as const;

/** Reads one mail; `class` and what follows are there for reports only. */
export function readOutcome(raw: Buffer, rules?: readonly ReplyRule[]): ReadMail {
  const report = readReport(raw, false);
  const isBounce = report.kind === 'failed' || report.kind === 'delayed';
  const about = report.recipients.filter(({ action }) => action === report.kind);
  const recipient = about.flatMap(({ address }) => address ?? []);
  const read = { isBounce, kind: report.kind, form: report.form, recipient };
  const [first] = about;
  if (!isBounce || !first) return read;
  const found = classifyReport(first, context, rules);
  return {
    ...read,
    class: coarse(found, report.kind === 'delayed'),
    attribution: found.attribution ?? null,
    rule: found.rule,
  };
}

/** Reads one reply. */
export function readReplyLine(line: string, rules?: readonly ReplyRule[]): CoarseClass {
  return coarse(classifyReply({ ...parseQuotedReply(line, 'dot'), stage: 'async' }, context, rules), false);
}

/** Our own set-up was not right: no label calls that a block. The form of a letter is one. */
const notBlocked: ReadonlySet<string> = new Set(['relay-denied', 'suppression-list']);

function coarse(found: Classification, delayed: boolean): CoarseClass {
  if (found.attribution === 'dead') return 'hard-mailbox';
  if (found.attribution === 'full') return 'full';
  if (found.rule === 'letter-form') return 'blocked';
  if (found.class === 'protocol' || notBlocked.has(found.rule)) return delayed ? 'temporary' : 'other';
  if (found.attribution === 'blocked' || found.attribution === 'ours' || found.attribution === 'signer')
    return 'blocked';
  if (found.attribution === 'passing' || delayed) return 'temporary';
  return 'other';
}

/** All mails of the files and folders named, with the names by which a person knows them. */
export function* mailsIn(places: readonly string[]): Generator<{ file: string; raw: Buffer }> {
  for (const place of places) {
    const files = statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [place];
    for (const path of files.toSorted())
      yield { file: path === place ? path : relative(place, path), raw: readFileSync(path) };
  }
}
