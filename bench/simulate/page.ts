/** Writes the measured part of `docs/channel.md`, and its pictures. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { quantile, shareUpTo, type Measures } from './measure.ts';
import { pictures } from './pictures.ts';
import type { World } from './world.ts';

const page = 'docs/channel.md';
const begin = '<!-- Written by `npm run simulate` from here on. A change made below is lost. -->';
const end = '<!-- Written by hand again. -->';

export interface Result {
  world: World;
  measures: Measures;
}

export interface Facts {
  seed: number;
  seconds: number;
}

export async function writePage(results: readonly Result[], { seed, seconds }: Facts): Promise<void> {
  const drawn = pictures(results, seed);
  await mkdir('docs/pictures', { recursive: true });
  for (const { file, svg } of drawn) await writeFile(`docs/pictures/${file}`, svg);
  const before = await readFile(page, 'utf8');
  const [head, tail] = [before.split(begin)[0], before.split(end)[1]];
  if (head === undefined || tail === undefined) throw new Error(`${page} has lost its marks`);
  const runs = Math.max(...results.map(({ measures }) => measures.runs));
  const show = (of: string): string[] =>
    drawn.filter(({ about }) => about === of).map(({ file, words }) => `![${words}](pictures/${file})`);
  const [innocent, guilty] = [
    results.filter(({ world }) => world.innocent),
    results.filter(({ world }) => !world.innocent),
  ];
  const body = [
    `\`npm run simulate\`, ${runs.toLocaleString('en')} runs of each world, seed ${seed}, ${Math.max(1, Math.round(seconds / 60))} minutes on one core.`,
    '### Nobody shuts the door',
    table(
      ['world', 'letters', 'false switches', 'at a slower pace, hours a run', 'counted as delivered, never arrived'],
      innocent.map(({ world, measures }) => [
        world.title,
        measures.letters.toLocaleString('en'),
        measures.falseSwitches === 0 ? '0' : `**${measures.falseSwitches}**`,
        (measures.slowedHours / measures.runs).toFixed(1),
        measures.wronglyDelivered.toLocaleString('en'),
      ]),
    ),
    ...show('innocent'),
    '### The door is shut',
    table(
      [
        'world',
        'seen',
        'letters until then',
        'within 5 letters',
        'reports until then',
        'within 5 reports',
        'hours',
        'false switches',
      ],
      guilty.map(({ world, measures }) => seenRow(world, measures)),
    ),
    'Median, and the value below which 95 % of the runs lie. Letters are those that left since the door shut, the one that settled it included.',
    ...show('guilty'),
    table(
      [
        'world',
        'not arrived by mail at first',
        'of them counted as delivered at the end',
        'a run',
        'hours until the open door is used',
      ],
      guilty.map(({ world, measures }) => [
        world.title,
        measures.swallowed.toLocaleString('en'),
        measures.wronglyDelivered.toLocaleString('en'),
        (measures.wronglyDelivered / measures.runs).toFixed(2),
        two(measures.recovery, 1),
      ]),
    ),
    ...show('after'),
    '### One run of each world',
    'What the letters weigh against an open door, over two weeks. At 16.1 the channel is shut. Of the innocent worlds the run that came nearest to a mistake among the first fifty is shown, of the others the first.',
    ...results.flatMap(({ world }) => [`**${world.title}.** ${world.about}`, ...show(world.id)]),
  ];
  const text = `${head}${begin}\n\n${body.join('\n\n')}\n\n${end}${tail}`;
  await writeFile(page, await format(text, { parser: 'markdown', printWidth: 120, singleQuote: true }));
}

function seenRow(world: World, measures: Measures): string[] {
  const { shutRuns, unseen, lettersUntil, reportsUntil, hoursUntil } = measures;
  const seen = shutRuns - unseen;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const none = seen === 0;
  const byReport = reportsUntil.some((count) => count > 0);
  return [
    world.title,
    `${seen.toLocaleString('en')} of ${shutRuns.toLocaleString('en')}`,
    none ? '' : two(lettersUntil),
    none ? '' : percent(shareUpTo(lettersUntil, 5)),
    none || !byReport ? '' : two(reportsUntil),
    none || !byReport ? '' : percent(shareUpTo(reportsUntil, 5)),
    none ? '' : two(hoursUntil, 1),
    String(measures.falseSwitches),
  ];
}

function two(list: number[], digits = 0): string {
  if (list.length === 0) return '';
  return `${quantile(list, 0.5).toFixed(digits)}, ${quantile(list, 0.95).toFixed(digits)}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map((_, at) => (at === 0 ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
