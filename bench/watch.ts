/** Memory and processor time of processes, as Linux tells them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of `/proc/<pid>/stat` in a second: 100 on every Linux that Node.js runs on. */
const ticks = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Resident memory in megabytes; 0 when the process is gone. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1_024;
}

/** Processor seconds used so far by all threads, in and for the process. */
export function processorSeconds(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticks;
}

/** Processes whose program has one of these names. */
export function processesNamed(...names: string[]): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && names.includes(read(`/proc/${entry}/comm`).trim()))
    .map(Number);
}

/** Processor seconds that groups of processes use from now on. */
export function watchProcessors(groups: Record<string, readonly number[]>): () => Record<string, number> {
  const used = (): Record<string, number> =>
    Object.fromEntries(
      Object.entries(groups).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + processorSeconds(pid), 0)]),
    );
  const before = used();
  return () => Object.fromEntries(Object.entries(used()).map(([name, after]) => [name, after - (before[name] ?? 0)]));
}
