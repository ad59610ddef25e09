import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { roles } from '../../src/config.ts';
import { points } from '../../src/points.ts';
import { faults, passedBy } from '../crash/faults.ts';
import { needs } from '../support/needs.ts';

const isMissing = [needs('redis-server', 'redis-server'), needs('mariadbd', 'mariadb-server')].some(Boolean);

/** Gives what the runner printed, and its exit code. */
function run(...words: string[]): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['test/crash/run.ts', ...words], { maxBuffer: 1 << 24 }, (error, printed) =>
      resolve({ code: error ? Number(error.code) : 0, lines: printed.split('\n') }),
    );
  });
}

describe('the crash matrix', () => {
  test('has a cell for every role at every point, and one of the short form for each point', () => {
    const cells = faults.map(({ engines, name }) => `${engines}: ${name}`);
    expect(new Set(cells).size).toBe(cells.length);
    for (const point of points) {
      expect(cells).toContain(`embedded: kill -9 at ${point}`);
      for (const role of roles) expect(cells).toContain(`distributed: kill -9 of ${role} at ${point}`);
      const own = faults.find(({ name }) => name === `kill -9 of ${passedBy[point]} at ${point}`);
      expect(own?.short).toBe(true);
    }
    for (const run of ['kill -9', 'Redis', 'MariaDB', 'network', 'disk full', 'SIGTERM', 'clock'])
      expect(faults.some((fault) => fault.run === run && fault.short)).toBe(true);
  });

  test.skipIf(isMissing)(
    'its short form loses nobody, and leaves no cell out',
    async () => {
      const { code, lines } = await run('--short');
      const all = lines.join('\n');
      const struck = lines.flatMap((line) => /^ {2}cell: (.*)$/.exec(line)?.[1] ?? []);
      const wanted = faults.filter((fault) => fault.short).map(({ engines, name }) => `${engines}: ${name}`);
      expect(struck.toSorted(), all).toEqual(wanted.toSorted());
      expect(all).toMatch(/city of 1500: .* 1500 accepted, 1500 delivered, .* 0 lost; .* audit green/);
      const total =
        /^total: .* (\d+) accepted, .* (\d+) doubled \(window (\d+)\), (\d+) lost; (\d+) thanked, (\d+) mails in doubt; (\d+) runs red$/m.exec(
          all,
        );
      const [, accepted, doubled, window, lost, thanked, unsure, red] = (total ?? []).map(Number);
      expect({ code, lost, red }, all).toEqual({ code: 0, lost: 0, red: 0 });
      expect(accepted).toBeGreaterThan(2_000);
      expect(doubled).toBeLessThanOrEqual(window ?? 0);
      // Whoever is not thanked has a mail of which nobody knows whether it left.
      expect((accepted ?? 0) - (thanked ?? 0)).toBeLessThanOrEqual(unsure ?? 0);
    },
    400_000,
  );
});
