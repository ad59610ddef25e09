/** `todoke audit`: the invariants, one line each, and the ledger. Exit code 1 when one is broken. */
import { audit, type AuditResult } from '../ledger/audit.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { withDatabase } from './with-database.ts';

export async function runAudit(options: { json: boolean }): Promise<void> {
  const result = await withDatabase((database) => audit(database));
  const terminal = createTerminal();
  if (options.json) terminal.line(JSON.stringify(result, null, 2));
  else printAudit(terminal, result);
  if (!result.ok) process.exitCode = 1;
}

/** Prints what was proved and what was counted. */
export function printAudit(terminal: Terminal, { findings, ledger, ok }: AuditResult): void {
  for (const { invariant, violations, examples } of findings) {
    const mark = violations === 0 ? terminal.good('✓') : terminal.bad('✗');
    terminal.line(
      `  ${mark} ${invariant}${violations === 0 ? '' : terminal.bad(`  ${violations} broken: ${examples.join(' ')}`)}`,
    );
  }
  const pairs = (numbers: Record<string, number>): string =>
    Object.entries(numbers)
      .map(([name, n]) => `${name} ${n}`)
      .join(' · ') || 'none';
  terminal.line();
  terminal.fact('signatures', `${ledger.signatures} (and ${ledger.repeats} repeated)`);
  terminal.fact('letters', pairs(ledger.letters));
  terminal.fact('attempts', pairs(ledger.attempts));
  terminal.fact('doubled', ledger.doubled);
  terminal.fact('petitions', `${pairs(ledger.petitions)} · names ${ledger.names}`);
  terminal.line(
    ok
      ? terminal.good('\n  Every accepted signature is in exactly one place.')
      : terminal.bad('\n  The ledger does not hold. Stop sending and look at the rows named above.'),
  );
}
