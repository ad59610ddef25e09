/** Whether letters may leave now: staff's pauses and the breakers, asked before a release and before each claim. */
import type { Instant } from '../clock.ts';
import type { Transaction } from '../storage/database.ts';
import { startProbe } from './breaker.ts';
import { pauseTable } from './pause-table.ts';
import { holdSite, ourSite, towards, troubledSites, writeSite, type Site } from './site-table.ts';

export interface Gates {
  paused: ReadonlySet<string>;
  /** Breakers that are not closed, by place. */
  breakers: ReadonlyMap<string, Site>;
}

/** All that holds letters at this moment. */
export async function readGates(reader: Transaction): Promise<Gates> {
  const paused = await reader.find(pauseTable);
  const breakers = await troubledSites(reader);
  return {
    paused: new Set(paused.map(({ place }) => place)),
    breakers: new Map(breakers.map((site) => [site.id, site])),
  };
}

/** Whether a target's letters may leave: all of them, none, or one that tries. */
export function gateOf(gates: Gates, target: string, now: Instant): 'open' | 'shut' | 'one' {
  const places = [ourSite, towards(target)];
  if (places.some((place) => gates.paused.has(place))) return 'shut';
  const breakers = places.flatMap((place) => gates.breakers.get(place) ?? []);
  if (breakers.length === 0) return 'open';
  return breakers.every((site) => site.pausedUntil <= now) ? 'one' : 'shut';
}

/** Whether a letter that was released may still leave: while a breaker is not closed, only the one that tries. */
export function mayLeave(gates: Gates, letter: { id: string; target: string }): boolean {
  return [ourSite, towards(letter.target)].every((place) => {
    const breaker = gates.breakers.get(place);
    return !gates.paused.has(place) && (breaker === undefined || breaker.probe === letter.id);
  });
}

/** How often the gates are looked at while claimed letters wait for a connection, in milliseconds of real time. */
const lookEvery = 500;

export interface GateWatch {
  mayLeave(letter: { id: string; target: string }): boolean;
  stop(): void;
}

/** Keeps an eye on the gates, so that a pause also stops what was claimed and is not dialled yet. */
export function watchGates(reader: Transaction, seen: Gates): GateWatch {
  let gates = seen;
  const timer = setInterval(() => {
    // A database that does not answer changes nothing: what was seen last still holds.
    readGates(reader)
      .then((now) => (gates = now))
      .catch(() => undefined);
  }, lookEvery);
  timer.unref();
  return { mayLeave: (letter) => mayLeave(gates, letter), stop: () => clearInterval(timer) };
}

/**
 * Takes one letter for the one that tries, at every breaker in its way; false when another was faster or trouble
 * came meanwhile. `patience`: milliseconds after which its end is no longer waited for.
 */
export async function sendAsProbe(
  transaction: Transaction,
  letter: { id: string; target: string },
  patience: number,
  now: Instant,
): Promise<boolean> {
  const sites: Site[] = [];
  for (const place of [ourSite, towards(letter.target)]) {
    const site = await holdSite(transaction, place);
    if (site.strikes === 0) continue;
    if (site.pausedUntil > now) return false;
    sites.push({ ...site, ...startProbe(site, letter.id, patience, now) });
  }
  for (const site of sites) await writeSite(transaction, site);
  return true;
}
