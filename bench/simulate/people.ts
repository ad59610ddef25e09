/** Signers of a run: when they sign, and with whose mail. */
import { day, type Instant } from '../../src/clock.ts';
import type { Chance } from './chance.ts';

/** Shares of mail domains among the signers of a campaign in Japan, as guessed; the rest have domains of their own. */
const shares: readonly [domain: string, share: number][] = [
  ['gmail.example', 0.3],
  ['yahoo.example', 0.15],
  ['docomo.example', 0.1],
  ['icloud.example', 0.08],
  ['ezweb.example', 0.06],
  ['softbank.example', 0.05],
  ['outlook.example', 0.05],
];
const others = 2_000;

/** The domain with the most signers. */
export const bigDomain = 'gmail.example';

export function domainOf(chance: Chance): string {
  let left = chance.next();
  for (const [domain, share] of shares) if ((left -= share) < 0) return domain;
  return `own${Math.floor(chance.next() * others)}.example`;
}

/** Two weeks: two of five sign in the first two days, the others at any time. Sorted. */
export function signingTimes(chance: Chance, start: Instant, days: number): Instant[] {
  const count = Math.round(chance.between(150, 450));
  const times = Array.from({ length: count }, () =>
    chance.next() < 0.4 ? start + chance.between(0, 2 * day) : start + chance.between(0, days * day),
  );
  return times.sort((a, b) => a - b);
}
