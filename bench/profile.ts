/** What a CPU profile says: the functions in which the main thread itself spent its time. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchFolder } from './place.ts';

interface RawProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Where the main thread of one process spent the time in which it was not idle. */
export interface Profile {
  busySeconds: number;
  /** Functions with their file, or what V8 calls them; `share` from 0 to 1, time of their own only. */
  functions: { where: string; share: number }[];
}

const folder = join(benchFolder, 'profiles');

/** Forgets the profiles of earlier runs. */
export function forgetProfiles(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Every profile that services have written since, by name. */
export function readProfiles(): Record<string, Profile> {
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return Object.fromEntries(names.map((name) => [name, hottest(join(folder, name))]));
}

/** The functions with most time of their own. A folder holds one profile for each process of that name. */
function hottest(of: string, most = 15): Profile {
  const spent = new Map<string, number>();
  for (const file of readdirSync(of)) addTo(spent, JSON.parse(readFileSync(join(of, file), 'utf8')) as RawProfile);
  spent.delete('(idle)');
  const busy = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const functions = [...spent]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([where, time]) => ({ where, share: time / busy }));
  return { busySeconds: busy / 1_000_000, functions };
}

function addTo(spent: Map<string, number>, { nodes, samples, timeDeltas }: RawProfile): void {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
}

function nameOf({ functionName, url, lineNumber }: RawProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file:') ? relative('.', fileURLToPath(url)).replace(/^.*node_modules\//, '') : url;
  return `${name} ${path}:${lineNumber + 1}`;
}
