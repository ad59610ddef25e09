/** Letters and pages go first: nobody waits for paper. */
import { setPriority } from 'node:os';
import { createFreeCores, fixedCores, type FreeCores, type Machine } from './free-cores.ts';

/** A tenth of the share of a process that wants as much: on a busy machine paper is slower, and still comes. */
export const usualNice = 10;

/** Lowers the priority of a process, as of `nice`, 0 to 19; without a `pid` of this one. */
export function giveWay(pid: number | undefined, nice: number): void {
  try {
    setPriority(pid ?? 0, nice);
  } catch {
    // It is gone already, or the system does not let us: it works at the usual priority.
  }
}

/** The cores for work at a niceness: only what is niced can be told from the work that it gives way to. */
export function coresFor(nice: number = usualNice, machine?: Machine): FreeCores {
  return nice === 0 ? fixedCores() : createFreeCores(undefined, machine);
}
