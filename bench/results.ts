/** What runs of the bench found, kept in one JSON file: a later run of one part replaces that part only. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome } from './figures.ts';
import type { Machine } from './machine.ts';
import type { Profile } from './profile.ts';

export interface PartResult extends Outcome {
  title: string;
  /** Day of the run. */
  day: string;
  command: string;
  quick: boolean;
  seconds: number;
}

export interface Results {
  machine: Machine;
  parts: Record<string, PartResult>;
  /** By the name of the service; from runs that measured nothing else. */
  profiles: Record<string, Profile>;
}

export function readResults(file: string): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
}

/** Adds parts to the file. What was measured on another machine, or with other programs, is dropped. */
export function keepResults(file: string, results: Results): Results {
  const before = readResults(file);
  const same = JSON.stringify(before?.machine) === JSON.stringify(results.machine);
  const kept: Results = {
    machine: results.machine,
    parts: { ...(same ? before?.parts : {}), ...results.parts },
    profiles: { ...(same ? before?.profiles : {}), ...results.profiles },
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`);
  return kept;
}
