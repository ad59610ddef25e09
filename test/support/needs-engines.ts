/** Whether the servers of the distributed engines answer; asked once, before any test is chosen. */
import { createConnection } from 'node:net';
import { mariaDbServer, redisServer } from './engines.ts';

const servers = [
  { what: 'MariaDB', url: mariaDbServer, debianPackage: 'mariadb-server', variable: 'TEST_MYSQL_URL' },
  { what: 'Redis', url: redisServer, debianPackage: 'redis-server', variable: 'TEST_REDIS_URL' },
];

/**
 * True when MariaDB and Redis listen. Says what is missing for which suites otherwise; in CI, where nothing may be
 * left out, it throws.
 */
export async function distributedEngines(suites: string): Promise<boolean> {
  const missing: string[] = [];
  for (const { what, url, debianPackage, variable } of servers) {
    if (!(await listens(new URL(url))))
      missing.push(`${what} at ${new URL(url).host} (Debian package ${debianPackage}, or set ${variable})`);
  }
  if (missing.length === 0) return true;
  const sentence = `${suites} need ${missing.join(' and ')}`;
  if (process.env['CI'] === 'true') throw new Error(sentence);
  process.stderr.write(`left out: ${sentence}\n`);
  return false;
}

function listens({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port), timeout: 2_000 });
    const tell = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', tell(true)).once('error', tell(false)).once('timeout', tell(false));
  });
}
