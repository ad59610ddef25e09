/** The half-written files of a folder: each names its writer, so that what a crash left over can be told from live work. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Parts this process is writing now. */
const live = new Set<string>();
/** Machine and process of the writer. */
const writer = /~([^~/]+)~(\d+)~[0-9a-f-]{36}\.part$/;
/** No file takes an hour: what another machine left untouched for longer, nobody is writing any more. */
const longest = 3_600_000;

/** A name beside `path` that no other writer has; `done` must be called when it is renamed or given up. */
export function partOf(path: string): { path: string; done(): void } {
  const part = `${path}~${hostname()}~${process.pid}~${randomUUID()}.part`;
  live.add(part);
  return { path: part, done: () => void live.delete(part) };
}

/**
 * Removes what writers that are gone left in a folder.
 * `now` is the folder's own time, as on a file just made there: a file server has its own clock.
 */
export async function removeLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.part') && !live.has(path) && (await isLeftOver(path, now))) await rm(path, { force: true });
  }
}

async function isLeftOver(path: string, now: number): Promise<boolean> {
  const [, host, pid] = writer.exec(path) ?? [];
  if (host === hostname() && !isRunning(Number(pid))) return true;
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && now - touched.mtimeMs > longest;
}

/** Whether another process has this number. Our own parts are in `live`: one that is not, an earlier process left. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
