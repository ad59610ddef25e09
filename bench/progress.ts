/** What a person sees while the bench runs: one line that grows in place, and tables when a part is done. */
import { createTerminal, type Terminal } from '../src/cli/terminal.ts';
import { median, reached, type Figure, type Outcome } from './figures.ts';
import { shown, shownGoal, shownRange } from './numbers.ts';

export interface Progress {
  heading(text: string): void;
  /** Says what is being done: step `done` of `of`. */
  step(what: string, done: number, of: number): void;
  outcome(outcome: Outcome): void;
  line(text: string): void;
}

const barWidth = 24;

export function createProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  const terminal = createTerminal(out);
  let open = false;
  const clear = (): void => {
    if (open) out.write('\r\u001b[K');
    open = false;
  };
  return {
    heading(text) {
      clear();
      terminal.heading(text);
    },
    step(what, done, of) {
      if (!out.isTTY) return terminal.line(`  ${done}/${of} ${what}`);
      const filled = of === 0 ? barWidth : Math.round((barWidth * done) / of);
      const bar = `${'━'.repeat(filled)}${terminal.dim('─'.repeat(barWidth - filled))}`;
      out.write(`\r\u001b[K  ${bar} ${terminal.dim(`${done}/${of}`)} ${what}`);
      open = true;
    },
    outcome(outcome) {
      clear();
      printOutcome(terminal, outcome);
    },
    line(text) {
      clear();
      terminal.line(text);
    },
  };
}

function printOutcome(terminal: Terminal, outcome: Outcome): void {
  const rows = outcome.figures.map((figure) => [
    `  ${figure.label}`,
    shown(figure),
    shownRange(figure),
    shownGoal(figure),
  ]);
  const head = ['', 'median', 'range', 'goal'];
  const width = (column: number): number => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length));
  const widths = head.map((_, column) => width(column));
  const line = ([label = '', value = '', range = '', goal = '']: string[], mark = ''): string =>
    [
      `  ${label.padEnd(widths[0] ?? 0)}`,
      value.padStart(widths[1] ?? 0),
      terminal.dim(range.padStart(widths[2] ?? 0)),
      goal.padStart(widths[3] ?? 0),
      mark,
    ]
      .join('  ')
      .trimEnd();
  terminal.line(terminal.dim(line(head)));
  for (const [index, figure] of outcome.figures.entries()) {
    if (figure.group !== outcome.figures[index - 1]?.group) terminal.line(`  ${figure.group}`);
    terminal.line(line(rows[index] ?? [], markOf(terminal, figure)));
  }
  for (const { side, because } of outcome.leftOut) terminal.line(`  ${terminal.bad('left out')}  ${side}: ${because}`);
  for (const trouble of outcome.troubles.slice(0, 5)) terminal.line(`  ${terminal.bad('trouble')}  ${trouble}`);
}

function markOf(terminal: Terminal, figure: Figure): string {
  const good = Number.isFinite(median(figure.rounds)) ? reached(figure) : false;
  return good === undefined ? '' : good ? terminal.good('✓') : terminal.bad('✗');
}
