/** `todoke outcome`: what a reply or a returned mail means, in plain words or in lines for programs. */
import { existsSync, readFileSync } from 'node:fs';
import { explainReply } from '../outcomes/explain-outcome.ts';
import { explainReport } from '../outcomes/explain-report.ts';
import { readReport } from '../outcomes/read-report.ts';
import { AppError } from '../errors.ts';
import { mailsIn, readOutcome, readReplyLine } from './read-outcomes.ts';
import { createTerminal } from './terminal.ts';

export async function explainOutcome(reply: string, options: { identity: 'reply-to' | 'from' }): Promise<void> {
  const terminal = createTerminal();
  const context = { identity: options.identity, senderDomain: 'sender.example', signerDomain: 'signer.example' };
  if (!existsSync(reply)) return terminal.line(explainReply(reply, context));
  terminal.line(explainReport(readReport(readFileSync(reply), true), context));
}

/** Prints one line of JSON for each mail or reply. Throws `invalid` when there is nothing to read. */
export function readOutcomes(places: readonly string[], { lines }: { lines?: string }): void {
  const say = (row: unknown): void => void process.stdout.write(`${JSON.stringify(row)}\n`);
  if (lines !== undefined) {
    for (const line of readFileSync(lines, 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const reply = JSON.parse(line) as { id: string; line: string };
      say({ id: reply.id, class: readReplyLine(reply.line) });
    }
    return;
  }
  if (places.length === 0) throw new AppError('invalid', 'Name files or folders of mails, or a file by --lines.');
  for (const { file, raw } of mailsIn(places)) say({ file, ...readOutcome(raw) });
}
