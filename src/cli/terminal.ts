/** What the commands print: words on standard output, colours only where a person looks. */
import { styleText } from 'node:util';

export interface Terminal {
  line(text?: string): void;
  heading(text: string): void;
  /** A label and its value, aligned. */
  fact(label: string, value: string | number): void;
  /** A bar that grows in place on a terminal, and prints once when full elsewhere. */
  progress(label: string, done: number, of: number): void;
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
}

const width = 32;

export function createTerminal(out: NodeJS.WriteStream = process.stdout): Terminal {
  const colour = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream: out });
  const write = (text: string): void => void out.write(`${text}\n`);
  let full = '';
  return {
    line: (text = '') => write(text),
    heading: (text) => write(`\n${colour('bold', text)}`),
    fact: (label, value) => write(`  ${colour('dim', label.padEnd(12))} ${value}`),
    progress(label, done, of) {
      const filled = of === 0 ? width : Math.round((width * Math.min(done, of)) / of);
      const bar = `${colour('cyan', '━'.repeat(filled))}${colour('dim', '─'.repeat(width - filled))}`;
      const text = `  ${colour('dim', label.padEnd(12))} ${bar} ${done}/${of}`;
      if (done >= of && full === label) return;
      if (out.isTTY) out.write(`\r\u001b[K${text}${done >= of ? '\n' : ''}`);
      else if (done >= of) write(text);
      if (done >= of) full = label;
    },
    good: (text) => colour('green', text),
    bad: (text) => colour('red', text),
    dim: (text) => colour('dim', text),
  };
}
