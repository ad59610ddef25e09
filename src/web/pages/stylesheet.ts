/** The one style sheet, read once; its address changes with its contents, so that browsers may keep it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const file = new URL('../../../templates/pages/todoke.css', import.meta.url);

let known: { css: string; version: string } | undefined;

export function stylesheet(): { css: string; version: string } {
  if (known === undefined) {
    const css = readFileSync(file, 'utf8');
    known = { css, version: createHash('sha256').update(css).digest('hex').slice(0, 8) };
  }
  return known;
}
