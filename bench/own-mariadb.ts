/** A MariaDB of the run's own (Debian package `mariadb-server`), so that nothing else on the machine is in its figures. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answers } from './relays/answers.ts';
import { freePort } from '../test/support/free-port.ts';

export interface OwnMariaDb {
  url: string;
  pid: number;
  close(): Promise<void>;
}

/** As in docker/compose.yaml; what is not said here is MariaDB's default, with a flush to disk at every commit. */
const settings = [
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_bin',
  '--innodb-flush-log-at-trx-commit=1',
  '--innodb-buffer-pool-size=512M',
];

/** Gives undefined where MariaDB is not installed. Rows and temporary files stand in `folder`. */
export async function startOwnMariaDb(folder: string): Promise<OwnMariaDb | undefined> {
  const [rows, scratch] = [join(folder, 'rows'), join(folder, 'scratch')];
  for (const each of [rows, scratch]) mkdirSync(each, { recursive: true });
  // As root, MariaDB wants to be told that this is meant.
  const shared = ['--no-defaults', `--datadir=${rows}`, ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  const install = [...shared, '--auth-root-authentication-method=normal', '--skip-test-db'];
  const installed = await promisify(execFile)('mariadb-install-db', install).then(
    () => true,
    () => false,
  );
  if (!installed) return undefined;
  const port = await freePort();
  const own = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
  const server = spawn('mariadbd', [...shared, ...own, `--tmpdir=${scratch}`, ...settings], { stdio: 'ignore' });
  await answers(port);
  return {
    url: `mysql://root@127.0.0.1:${port}`,
    pid: server.pid ?? 0,
    async close() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      // Its rows are thrown away: there is nothing to put in order.
      server.kill('SIGKILL');
      await ended;
    },
  };
}
