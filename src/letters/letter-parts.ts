/** The parts of a letter's Markdown: what opens it, and what comes after the signer's own words. */
import { hasVariable } from '../campaigns/variables.ts';
import { markdownTokens } from '../campaigns/markdown.ts';

type Tokens = ReturnType<typeof markdownTokens>;

/**
 * A letter begins by addressing its reader and ends with its writer's name. Where the campaigner's text does
 * not do so by itself, it is added; the signer's own words come between opening and body.
 */
export function partsOf(tokens: Tokens): { opening: Tokens; body: Tokens } {
  const blocks = tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
  const [first, last] = [blocks[0], blocks.at(-1)];
  const addressed = first !== undefined && hasVariable(first.raw, 'target.salutation');
  const signed = last !== undefined && hasVariable(last.raw, 'name');
  return {
    opening: addressed ? [first] : markdownTokens('{{target.salutation}}'),
    body: [...blocks.slice(addressed ? 1 : 0), ...(signed ? [] : markdownTokens('{{name}}'))],
  };
}
