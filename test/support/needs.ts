/** Programs and services a test may need. Where one is missing the test is skipped and counted, except in CI. */
import { execFileSync } from 'node:child_process';

/** Whether a program is on this machine. */
export function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * True when the test must be skipped because `program` is missing; says which Debian package brings it.
 * In CI nothing may be skipped: there it throws.
 */
export function needs(program: string, debianPackage: string): boolean {
  return has(program) ? false : skipped(program, debianPackage);
}

/** The same for a module of Debian's own Python, which no other Python on the machine sees. */
export function needsPython(module: string, debianPackage: string): boolean {
  return has(`/usr/bin/python3 && /usr/bin/python3 -c "import ${module}"`)
    ? false
    : skipped(`Python's ${module}`, debianPackage);
}

/** The same for what only root may start. */
export function needsRoot(what: string): boolean {
  return process.getuid?.() === 0 ? false : leftOut(`${what} only start for root`, 'run the tests as root');
}

function skipped(what: string, debianPackage: string): true {
  return leftOut(`${what} is missing`, `install the Debian package ${debianPackage}`);
}

function leftOut(why: string, remedy: string): true {
  if (process.env['CI'] === 'true') throw new Error(`${why}: ${remedy}`);
  process.stderr.write(`skipped: ${why} (${remedy})\n`);
  return true;
}
