/** Plots as SVG: bars and one line, readable on paper and on a dark screen, with their words as text. */

export interface Bar {
  label: string;
  value: number;
  /** Stands behind the bar. */
  text: string;
  /** False is drawn in red. */
  good?: boolean | undefined;
}

export interface BarPlot {
  title: string;
  /** For who cannot see it. */
  description: string;
  groups: { heading: string; bars: Bar[] }[];
  /** A line across all bars, in the unit of their values. */
  line?: { at: number; text: string };
}

export interface LinePlot {
  title: string;
  description: string;
  points: [x: number, y: number][];
  x: string;
  y: string;
  /** Powers of ten at equal distances. */
  logarithmic: boolean;
}

const style = `<style>
    svg { --paper: #faf8f3; --ink: #1e1b18; --soft: #5b544c; --rule: #cfc6b6; --bar: #5f7f79; --seal: #8e2418; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #1f1c19; --ink: #f2ede4; --soft: #b9afa2; --rule: #5a5249; --bar: #86aaa3; --seal: #e2796a; }
    }
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: var(--ink); }
    .title { font-size: 16px; font-weight: 650; }
    .soft { fill: var(--soft); }
    .behind { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .paper { fill: var(--paper); stroke: var(--rule); }
    .bar { fill: var(--bar); }
    .red { fill: var(--seal); }
    .rule { stroke: var(--rule); fill: none; }
    .goal { stroke: var(--ink); stroke-dasharray: 2 4; fill: none; }
    .line { stroke: var(--bar); stroke-width: 2; fill: none; stroke-linejoin: round; }
    .dot { fill: var(--bar); }
  </style>`;

const width = 860;

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function page(title: string, description: string, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title words">
  <title id="title">${escape(title)}</title>
  <desc id="words">${escape(description)}</desc>
  ${style}
  <rect class="paper" x="1" y="1" width="${width - 2}" height="${height - 2}" rx="14" />
  <text class="title" x="24" y="34">${escape(title)}</text>
${body}
</svg>
`;
}

const at = (value: number): string => value.toFixed(1);

export function barPlot({ title, description, groups, line }: BarPlot): string {
  const [left, right, row] = [300, 130, 26];
  const most = Math.max(line?.at ?? 0, ...groups.flatMap(({ bars }) => bars.map((bar) => bar.value)));
  const scale = (value: number): number => ((width - left - right) * value) / most;
  const parts: string[] = [];
  let y = line ? 70 : 52;
  const top = y;
  for (const { heading, bars } of groups) {
    if (heading !== '') parts.push(`  <text class="soft" x="24" y="${(y += row) - 8}">${escape(heading)}</text>`);
    for (const bar of bars) {
      const tone = bar.good === false ? 'red' : 'bar';
      parts.push(
        `  <text class="end" x="${left - 12}" y="${y + 17}">${escape(bar.label)}</text>`,
        `  <rect class="${tone}" x="${left}" y="${y + 4}" width="${at(Math.max(scale(bar.value), 1))}" height="${row - 8}" rx="3" />`,
        `  <text class="behind" x="${at(left + scale(bar.value) + 10)}" y="${y + 17}">${escape(bar.text)}</text>`,
      );
      y += row;
    }
  }
  if (line) {
    const x = at(left + scale(line.at));
    // Below the words, above nothing else.
    parts.unshift(`  <path class="goal" d="M${x} ${top - 2}V${y + 4}" />`);
    parts.push(`  <text class="soft middle" x="${x}" y="${top - 8}">${escape(line.text)}</text>`);
  }
  return page(title, description, y + 24, parts.join('\n'));
}

export function linePlot({ title, description, points, x, y, logarithmic }: LinePlot): string {
  const [left, right, top, bottom, height] = [84, 40, 84, 64, 340];
  const place = logarithmic ? Math.log10 : (value: number): number => value;
  const xs = points.map((point) => place(point[0]));
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const most = roundUp(Math.max(...points.map((point) => point[1])));
  const toX = (value: number): number => left + ((width - left - right) * (place(value) - low)) / (high - low || 1);
  const toY = (value: number): number => height - bottom - ((height - top - bottom) * value) / most;
  const parts: string[] = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const level = at(toY(most * share));
    parts.push(`  <path class="rule" d="M${left} ${level}H${width - right}" />`);
    parts.push(`  <text class="soft end" x="${left - 10}" y="${Number(level) + 4}">${number(most * share)}</text>`);
  }
  const marks = logarithmic ? points.map((point) => point[0]) : evenly(high);
  for (const mark of marks.filter((value) => place(value) >= low))
    parts.push(`  <text class="soft middle" x="${at(toX(mark))}" y="${height - bottom + 22}">${number(mark)}</text>`);
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${at(toX(point[0]))} ${at(toY(point[1]))}`);
  parts.push(`  <path class="line" d="${path.join('')}" />`);
  if (points.length < 20)
    for (const point of points)
      parts.push(`  <circle class="dot" cx="${at(toX(point[0]))}" cy="${at(toY(point[1]))}" r="4" />`);
  parts.push(`  <text class="soft middle" x="${(left + width - right) / 2}" y="${height - 18}">${escape(x)}</text>`);
  parts.push(`  <text class="soft" x="24" y="${top - 24}">${escape(y)}</text>`);
  return page(title, description, height, parts.join('\n'));
}

/** The next number of the form 1, 2, 4 or 5 times a power of ten that is not smaller. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return power * ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10);
}

/** About five round numbers from 0 up to `high`. */
function evenly(high: number): number[] {
  const step = roundUp(high / 6);
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, index) => index * step);
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}
