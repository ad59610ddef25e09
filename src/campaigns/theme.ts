/** How a campaign looks: three colours that can be read, a logo and a heading picture. The key `theme` of `campaign.yaml`. */
import { z } from 'zod';
import { valueAt } from './check-shape.ts';
import { contrast, mixed } from './contrast.ts';
import type { Complain } from './file-problem.ts';
import { isPictureName } from './pictures.ts';
import type { YamlSource } from './yaml-source.ts';

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'write it in quotes, with a # and six hex digits');

const pictureName = z.string().refine(isPictureName, 'use a name such as logo.svg: png, jpg, webp or svg');

const colorsSchema = z
  .strictObject({
    /** Links, buttons and marks, in place of the seal red. */
    accent: colour,
    /** Words. */
    ink: colour,
    /** The ground of the page. */
    paper: colour,
  })
  .partial();

/** `words` are texts in every language. */
export const themeSchema = <S extends z.ZodType>(words: S) =>
  z.strictObject({
    colors: colorsSchema.default({}),
    /** Stands beside the name of the organisation, and so needs no words of its own. */
    logo: pictureName.optional(),
    /** Above the case; `alt` says what is seen there. */
    heading: z.strictObject({ file: pictureName, alt: words }).optional(),
  });

type Colors = z.infer<typeof colorsSchema>;

/** The colours of `templates/pages/todoke.css` that a theme may replace, and those that stay beside them. */
const house = { accent: '#8e2418', ink: '#1e1b18', paper: '#faf8f3' };
const sheet = '#ffffff';
const grounds = [sheet, '#efece6', '#fbf2dd', '#e9f2ec'];
const soft = '#5b544c';
/** Edges of fields and the mark of the focus: 3 to 1 is enough (WCAG 2.2, 1.4.11). */
const edges = ['#857c70', '#0b4f9e'];

const forWords = 4.5;
const forEdges = 3;

/** Complains of colours that cannot be read on each other. */
export function checkColors(yaml: YamlSource, complain: Complain): void {
  const given = colorsSchema.safeParse(valueAt(yaml.value, ['theme', 'colors']) ?? {});
  if (!given.success) return; // the shape has complained
  const { accent = house.accent, ink = house.ink, paper = house.paper } = given.data;
  const onAll = (one: string): number =>
    Math.min(...[paper, ...grounds, paleOf(accent)].map((each) => contrast(one, each)));
  const ratios = {
    accent: { ratio: onAll(accent), remedy: 'choose a darker one' },
    ink: { ratio: onAll(ink), remedy: 'choose a darker one' },
    paper: {
      ratio: Math.min(contrast(soft, paper), ...edges.map((edge) => (contrast(edge, paper) * forWords) / forEdges)),
      remedy: 'choose a lighter one',
    },
  };
  for (const [name, { ratio, remedy }] of Object.entries(ratios)) {
    if (ratio >= forWords || !Object.hasOwn(given.data, name)) continue;
    const problem = `theme.colors.${name}: words could not be read, with a contrast of ${ratio.toFixed(1)} to 1`;
    complain(yaml.locate(['theme', 'colors', name]), problem, `${remedy}: ${forWords} to 1 is needed`);
  }
}

/** The style sheet of a theme: variables in place of the house's. Empty when nothing is replaced. */
export function themeCss({ accent, ink, paper }: Colors): string {
  const variables = {
    ...(accent && { seal: accent, 'seal-deep': mixed(accent, '#000000', 0.25), 'seal-pale': paleOf(accent) }),
    ...(ink && { ink }),
    ...(paper && { paper }),
  };
  const lines = Object.entries(variables).map(([name, value]) => `  --${name}: ${value};\n`);
  // On paper the ground stays white, as the house style has it.
  return lines.length > 0 ? `@media screen {\n:root {\n${lines.join('')}}\n}\n` : '';
}

function paleOf(accent: string): string {
  return mixed(accent, sheet, 0.92);
}
