/** Chooses for each text which fonts it is set in, and remembers which a volume needs at all: the fewer Typst is given, the less it costs. */
import { fontOrder, type PrintFont } from './fonts.ts';

export interface FontStacks {
  /** The key of the stack for a printable text in this script. */
  stackFor(text: string, script: string): string;
  /** For each key the families to try in order; complete when every text was asked for. */
  stacks(): Record<string, string[]>;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const drawsNothing = /^\p{Default_Ignorable_Code_Point}$/u;

/**
 * Most texts are drawn by the first font of their script alone: they get a stack of one, and are set faster. What
 * the others need of the other fonts, cluster by cluster, makes a second stack. Both draw what the whole list of
 * fonts would draw.
 */
export function createFontStacks(fonts: readonly PrintFont[]): FontStacks {
  const orders = new Map<string, Order>();
  const orderOf = (script: string): Order => {
    let order = orders.get(script);
    if (!order) orders.set(script, (order = createOrder(fonts, script)));
    return order;
  };
  return {
    stackFor: (text, script) => {
      const order = orderOf(script);
      if (Array.from(text).every(order.firstDraws)) {
        order.plain = true;
        return script;
      }
      for (const { segment } of graphemes.segment(text)) order.need(segment);
      return `${script}+`;
    },
    stacks: () => {
      const all: Record<string, string[]> = {};
      for (const [script, { plain, families, needed }] of orders) {
        if (plain) all[script] = families.slice(0, 1);
        if (needed.size > 0) all[`${script}+`] = families.filter((family, index) => index === 0 || needed.has(family));
      }
      return all;
    },
  };
}

interface Order {
  families: string[];
  /** Whether a text came that the first family draws alone. */
  plain: boolean;
  /** Families that were needed beside the first. */
  needed: Set<string>;
  firstDraws(character: string): boolean;
  need(cluster: string): void;
}

function createOrder(fonts: readonly PrintFont[], script: string): Order {
  const families = fontOrder(fonts, script);
  const filesOf = new Map(families.map((family) => [family, fonts.filter((font) => font.family === family)]));
  const draws = (family: string, character: string): boolean =>
    (filesOf.get(family) ?? []).some(({ covers }) => covers(character.codePointAt(0) as number));
  const known = new Map<string, boolean>();
  const done = new Set<string>();
  const needed = new Set<string>();
  const need = (family: string | undefined): void => void (family !== undefined && needed.add(family));
  return {
    families,
    plain: false,
    needed,
    firstDraws: (character) => {
      let drawn = known.get(character);
      if (drawn === undefined) known.set(character, (drawn = draws(families[0] ?? '', character)));
      return drawn;
    },
    need: (cluster) => {
      if (done.has(cluster)) return;
      done.add(cluster);
      const seen = Array.from(cluster).filter((character) => !drawsNothing.test(character));
      need(families.find((family) => seen.every((character) => draws(family, character))));
      for (const character of seen) need(families.find((family) => draws(family, character)));
    },
  };
}
