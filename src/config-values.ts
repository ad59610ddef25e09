/** How the values of variables are written: durations, ports, databases. */
import { z } from 'zod';
import { day, hour, minute, second } from './clock.ts';
import { asError } from './errors.ts';
import type { DatabaseChoice } from './storage/open-database.ts';

const units: Record<string, number> = { ms: 1, s: second, m: minute, h: hour, d: day };

/** `90s`, `48h`, `5d` to milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'use a number and a unit: 500ms, 30s, 5m, 48h or 5d')
  .transform((text) => Number.parseInt(text, 10) * (units[text.replace(/^\d+/, '')] ?? 1));

export const port = z.coerce.number().int().min(0).max(65_535);
export const yes = z.enum(['yes', 'no']).transform((answer) => answer === 'yes');

export const database = z.string().transform((text, context): DatabaseChoice => {
  if (text.startsWith('sqlite:') && text.length > 'sqlite:'.length)
    return { kind: 'sqlite', file: text.slice('sqlite:'.length) };
  if (/^mysql:$|^mariadb:$/.test(urlOf(text)?.protocol ?? '') && (urlOf(text)?.pathname.length ?? 0) > 1)
    return { kind: 'mysql', url: text.replace(/^mariadb:/, 'mysql:') };
  context.addIssue({ code: 'custom', message: 'use sqlite:PATH or mysql://user:password@host:3306/database' });
  return z.NEVER;
});

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** A text that a reader takes apart; what it throws is said without the text, which may hold a secret. */
export const readBy = <T>(reader: (text: string) => T) =>
  z.string().transform((text, context): T => {
    try {
      return reader(text);
    } catch (mistake) {
      context.addIssue({ code: 'custom', message: asError(mistake).message });
      return z.NEVER;
    }
  });
