/** A Postfix of the test's own (Debian package `postfix`): own configuration, queue and log; no mail leaves 127.0.0.1. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChildServer, type ChildServer } from './child-server.ts';

export interface Postfix extends ChildServer {
  /** Changes settings while it runs. */
  set(settings: Record<string, string>): Promise<void>;
  /** Letters and reports it has taken and not yet passed on. */
  waiting(): number;
  /** Throws away what is left in its queue. */
  empty(): Promise<void>;
}

/** Everything a letter and its bounce pass, and no more: nothing here delivers to a local user or runs a command. */
const services = (port: number): string => `
127.0.0.1:${port} inet n - n - 100 smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
smtp      unix - - n - - smtp
lmtp      unix - - n - - lmtp flags=O
error     unix - - n - - error
retry     unix - - n - - error
scache    unix - - n - 1 scache
proxymap  unix - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
`;

/** What keeps a Postfix at home: no DNS, no other way than those its transport map names. */
const confined = {
  compatibility_level: '3.6',
  inet_interfaces: '127.0.0.1',
  inet_protocols: 'ipv4',
  smtp_dns_support_level: 'disabled',
  smtp_host_lookup: 'native',
  lmtp_host_lookup: 'native',
  smtpd_peername_lookup: 'no',
  default_transport: 'error:5.4.4 no mail leaves this machine',
  relay_transport: 'error:5.4.4 no mail leaves this machine',
  smtp_tls_security_level: 'none',
  smtpd_tls_security_level: 'none',
  mydestination: '',
  alias_maps: '',
  local_recipient_maps: '',
  smtpd_client_connection_count_limit: '0',
  notify_classes: '',
};

const run = promisify(execFile);

/** Starts it in a folder of its own; rejects with its last words. */
export async function startPostfix(folder: string, port: number, settings: Record<string, string>): Promise<Postfix> {
  const etc = join(folder, 'etc');
  const queue = join(folder, 'queue');
  const logFile = join(folder, 'postfix.log');
  for (const each of [etc, queue, join(folder, 'data')]) mkdirSync(each, { recursive: true });
  chmodSync(folder, 0o755);
  const all: Record<string, string> = {
    ...confined,
    queue_directory: queue,
    data_directory: join(folder, 'data'),
    maillog_file: logFile,
    maillog_file_prefixes: folder,
    ...settings,
  };
  writeFileSync(join(etc, 'main.cf'), lines(all));
  writeFileSync(join(etc, 'master.cf'), services(port));
  await run('chown', ['postfix', join(folder, 'data')]);

  // Postfix's own script waits for its master; only the master knows how to end all others.
  const server = await startChildServer({
    command: ['/usr/sbin/postfix', '-c', etc, 'start-fg'],
    end: `kill "$(cat '${queue}/pid/master.pid')"`,
    logFile,
    ports: [port],
  });
  return {
    ...server,
    async set(changes) {
      Object.assign(all, changes);
      writeFileSync(join(etc, 'main.cf'), lines(all));
      await run('/usr/sbin/postfix', ['-c', etc, 'reload']);
    },
    waiting: () => ['incoming', 'active', 'deferred'].reduce((sum, name) => sum + filesIn(join(queue, name)), 0),
    empty: async () => void (await run('/usr/sbin/postsuper', ['-c', etc, '-d', 'ALL'])),
  };
}

const filesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

const lines = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
