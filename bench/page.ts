/** Writes the generated part of `docs/performance.md` and its pictures from what the bench has kept. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { median, reached, type Figure } from './figures.ts';
import { shown, shownGoal, shownRange } from './numbers.ts';
import { pictures } from './pictures.ts';
import type { PartResult, Results } from './results.ts';

const page = 'docs/performance.md';
const begin = '<!-- Written by `npm run bench` from here on. A change made below is lost. -->';
const end = '<!-- Written by hand again. -->';

export async function writePage(results: Results): Promise<void> {
  const drawn = pictures(results);
  await mkdir('docs/pictures', { recursive: true });
  for (const { file, svg } of drawn) await writeFile(`docs/pictures/${file}`, svg);
  const before = await readFile(page, 'utf8');
  const [head, tail] = [before.split(begin)[0], before.split(end)[1]];
  if (head === undefined || tail === undefined) throw new Error(`${page} has lost its marks`);
  const facts = Object.entries(results.machine).map(([name, value]) => `| ${name} | ${value} |`);
  const body = [
    '### The machine',
    `| | |\n| --- | --- |\n${facts.join('\n')}`,
    ...Object.entries(results.parts).flatMap(([name, part]) => [
      `### ${part.title}`,
      ...drawn.filter((picture) => picture.part === name).map(({ file, words }) => `![${words}](pictures/${file})`),
      ...partOf(part),
    ]),
    ...profilesOf(results),
  ];
  const text = `${head}${begin}\n\n${body.join('\n\n')}\n\n${end}${tail}`;
  await writeFile(page, await format(text, { parser: 'markdown', printWidth: 120, singleQuote: true }));
}

function partOf(part: PartResult): string[] {
  const minutes = Math.max(1, Math.round(part.seconds / 60));
  return [
    `Measured on ${part.day} by \`${part.command}\` in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}${part.quick ? ', **a quick run whose figures mean little**' : ''}.`,
    `| | median | range | goal | |\n| --- | --: | --: | --: | --- |\n${rows(part.figures).join('\n')}`,
    ...(part.leftOut.length === 0
      ? []
      : [part.leftOut.map(({ side, because }) => `- **Left out:** ${side}. ${because}.`).join('\n')]),
    ...(part.troubles.length === 0 ? [] : [`**${part.troubles.length} errors were logged during this run.**`]),
    part.conditions.map((condition) => `- ${condition}`).join('\n'),
  ];
}

/** What the services were busy with: of their main threads, while they were not idle. */
function profilesOf({ profiles }: Results): string[] {
  const tables = Object.entries(profiles).map(([name, { functions }]) => {
    const lines = functions.map(({ where, share }) => `| ${(share * 100).toFixed(1)} % | \`${where}\` |`);
    return `| share | \`${name}\` |\n| --: | --- |\n${lines.join('\n')}`;
  });
  return tables.length === 0 ? [] : ['### Where the time goes', ...tables];
}

function rows(figures: readonly Figure[]): string[] {
  return figures.flatMap((figure, index) => [
    ...(figure.group === figures[index - 1]?.group ? [] : [`| **${figure.group}** | | | | |`]),
    `| ${[figure.label, shown(figure), shownRange(figure), shownGoal(figure), verdictOf(figure)].join(' | ')} |`,
  ]);
}

function verdictOf(figure: Figure): string {
  const good = Number.isFinite(median(figure.rounds)) ? reached(figure) : false;
  return good === undefined ? '' : good ? 'reached' : '**missed**';
}
