/** Postfix as a relay (Debian package `postfix`): own configuration, queue, log and port; the system's own is left alone. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { answers } from './answers.ts';
import { LeftOut, type Relay, type RelayPlan } from './relay.ts';

const run = promisify(execFile);

/** `mail_version`, or undefined where Postfix is not installed. */
export async function postfixVersion(): Promise<string | undefined> {
  return run('/usr/sbin/postconf', ['-dh', 'mail_version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** Everything a letter passes on its way through a relay, and no more. */
const services = (port: number, connections: number): string => `
127.0.0.1:${port} inet n - n - 100 smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
smtp      unix - - n - ${connections} smtp
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
flush     unix n - n 1000? 0 flush
scache    unix - - n - 1 scache
proxymap  unix - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
`;

export async function startPostfix({ folder, sinkPort, connections }: RelayPlan): Promise<Relay> {
  if ((await postfixVersion()) === undefined) throw new LeftOut('install the Debian package postfix');
  if (process.getuid?.() !== 0) throw new LeftOut('Postfix only starts for root: run the bench with sudo');
  const port = await freePort();
  const settings = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'postfix.log'),
    maillog_file_prefixes: folder,
    myhostname: 'relay.example',
    mydestination: '',
    alias_maps: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.0/8',
    smtpd_relay_restrictions: 'permit_mynetworks, reject',
    // Taken, flushed to disk, and held until `postsuper -H` lets it go.
    smtpd_data_restrictions: 'check_client_access static:HOLD',
    smtpd_client_connection_count_limit: '0',
    relayhost: `[127.0.0.1]:${sinkPort}`,
    disable_dns_lookups: 'yes',
    default_process_limit: '200',
    // As many connections as every other side has, from the first letter on. Postfix keeps them from letter to
    // letter by itself while many wait for one place.
    default_destination_concurrency_limit: String(connections),
    initial_destination_concurrency: String(connections),
  };
  const etc = join(folder, 'etc');
  for (const each of ['etc', 'queue', 'data']) mkdirSync(join(folder, each), { recursive: true });
  chmodSync(folder, 0o755);
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(etc, 'main.cf'), lines.join(''));
  writeFileSync(join(etc, 'master.cf'), services(port, connections));
  await run('chown', ['postfix', join(folder, 'data')]);
  const postfix = (command: string): Promise<unknown> => run('/usr/sbin/postfix', ['-c', etc, command]);
  await postfix('start').catch((thrown: Error) => {
    throw new LeftOut(`Postfix did not start: ${thrown.message.trim().split('\n').at(-1)}`);
  });

  return {
    async hold() {
      await answers(port);
      return port;
    },
    async release() {
      await run('/usr/sbin/postsuper', ['-c', etc, '-H', 'ALL']);
      await run('/usr/sbin/postqueue', ['-c', etc, '-f']);
    },
    async close() {
      await postfix('stop').catch(() => undefined);
    },
  };
}
