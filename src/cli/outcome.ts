/** `todoke outcome explain`: what a reply or a returned mail means, in plain words. */
import { existsSync, readFileSync } from 'node:fs';
import { explainReply } from '../outcomes/explain-outcome.ts';
import { readReport } from '../outcomes/read-report.ts';
import { createTerminal } from './terminal.ts';

export async function explainOutcome(reply: string, options: { identity: 'reply-to' | 'from' }): Promise<void> {
  const terminal = createTerminal();
  const context = { identity: options.identity, senderDomain: 'sender.example', signerDomain: 'signer.example' };
  if (!existsSync(reply)) return terminal.line(explainReply(reply, context));
  const report = await readReport(readFileSync(reply), true);
  terminal.fact('kind', report.kind);
  for (const recipient of report.recipients) terminal.line(`\n${explainReply(recipient.evidence, context)}`);
}
