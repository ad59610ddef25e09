/** Which pictures `docs/performance.md` shows, and what they are drawn from. */
import { median, reached, type Figure } from './figures.ts';
import { shown, shownGoal } from './numbers.ts';
import { barPlot, linePlot, type Bar } from './plots.ts';
import type { Results } from './results.ts';

export interface Picture {
  /** The part of the bench it belongs to. */
  part: string;
  file: string;
  /** Its words for who cannot see it. */
  words: string;
  svg: string;
}

/** More than this many times its goal does not make a bar longer. */
const longestBar = 2.5;

export function pictures({ parts }: Results): Picture[] {
  const drawn: Picture[] = [];
  const figuresOf = (part: string): Figure[] => parts[part]?.figures ?? [];
  const draw = (part: string, file: string, words: string, svg: string): void =>
    void drawn.push({ part, file: `bench-${file}.svg`, words, svg });

  for (const part of ['intake', 'letters']) {
    const goals = figuresOf(part).filter(({ goal }) => goal && 'least' in goal);
    if (goals.length === 0) continue;
    const title = part === 'intake' ? 'Intake against its goals' : 'Letters against their goals';
    const groups = grouped(goals, goalBar);
    draw(part, `${part}-goals`, title, barPlot({ title, description: inWords(goals), groups, line: goalLine }));
  }
  const rates = figuresOf('letters').filter(({ unit, name }) => unit === '/s' && name !== 'letters.sink');
  if (rates.length > 0) {
    const title = 'Letters a second';
    draw(
      'letters',
      'letters',
      title,
      barPlot({ title, description: inWords(rates), groups: grouped(rates, plainBar) }),
    );
  }
  const costs = figuresOf('stages').filter(({ name }) => /^stages\.(mariadb|by itself)\.thread\./.test(name));
  if (costs.length > 0) {
    const title = 'Microseconds of the main thread for each letter';
    const groups = grouped(costs, plainBar);
    draw('stages', 'stages', title, barPlot({ title, description: inWords(costs), groups }));
  }
  const paper = figuresOf('petitions').filter(({ goal }) => goal && 'most' in goal);
  if (paper.length > 0) {
    const title = 'Petitions against their bounds';
    const groups = grouped(paper, boundBar);
    draw('petitions', 'petitions', title, barPlot({ title, description: inWords(paper), groups, line: boundLine }));
  }
  for (const { name, points } of parts['growth']?.series ?? []) {
    const isBacklog = name === 'growth.backlog';
    const title = isBacklog ? 'Rate over backlog' : 'Memory of the mailer over letters sent';
    const axes = isBacklog
      ? { x: 'letters queued', y: 'letters a second', logarithmic: true }
      : { x: 'letters sent', y: 'MB resident', logarithmic: false };
    const description = `${axes.y} over ${axes.x}; the table has the figures.`;
    draw('growth', isBacklog ? 'backlog' : 'memory', title, linePlot({ title, description, points, ...axes }));
  }
  return drawn;
}

const goalLine = { at: 1, text: 'goal' };

/** Every goal at the same place, so that one look tells what was reached. */
function goalBar(figure: Figure): Bar {
  const least = figure.goal && 'least' in figure.goal ? figure.goal.least : 1;
  const value = Math.min(median(figure.rounds) / least, longestBar);
  return { label: figure.label, value, text: `${shown(figure)} (${shownGoal(figure)})`, good: reached(figure) };
}

const boundLine = { at: 1, text: 'at most' };

/** Every bound at the same place; shorter is better. */
function boundBar(figure: Figure): Bar {
  const most = figure.goal && 'most' in figure.goal ? figure.goal.most : 1;
  const value = Math.min(median(figure.rounds) / most, longestBar);
  return { label: figure.label, value, text: `${shown(figure)} (${shownGoal(figure)})`, good: reached(figure) };
}

function plainBar(figure: Figure): Bar {
  return { label: figure.label, value: median(figure.rounds), text: shown(figure) };
}

function grouped(figures: readonly Figure[], bar: (figure: Figure) => Bar): { heading: string; bars: Bar[] }[] {
  const groups = Map.groupBy(figures, (figure) => figure.group);
  return [...groups].map(([heading, of]) => ({ heading, bars: of.map(bar) }));
}

function inWords(figures: readonly Figure[]): string {
  return figures.map((figure) => `${figure.group}, ${figure.label}: ${shown(figure)}`).join('. ');
}
