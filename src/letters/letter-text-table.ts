/** The text of every campaign version anybody signed, compiled, kept as long as its letters. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { instant, json, primary, word } from '../storage/columns.ts';
import type { CompiledLetter } from './merge-letter.ts';

export interface LetterText {
  campaign: string;
  version: string;
  target: string;
  language: string;
  compiledAt: Instant;
  letter: CompiledLetter;
}

export const letterTextTable = new EntitySchema<LetterText>({
  name: 'letter_text',
  columns: {
    campaign: primary(word(80)),
    version: primary(word(16)),
    target: primary(word(80)),
    language: primary(word(20)),
    compiledAt: instant,
    letter: json,
  },
});
