/** Haraka's outbound as a relay: installed by npm on demand, one process, its queue on disk. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { benchFolder } from '../place.ts';
import { answers } from './answers.ts';
import { LeftOut, type Relay, type RelayPlan } from './relay.ts';

export const harakaVersion = '3.3.4';

const home = join(benchFolder, `haraka-${harakaVersion}`);
const itself = join(home, 'node_modules/Haraka');
const program = join(itself, 'bin/haraka');

/** Takes mail from this machine for anywhere, and sends all of it to the sink. */
const relayPlugin = (sinkPort: number): string => `
exports.register = function () {
  this.register_hook('connect', 'relay');
  this.register_hook('rcpt', 'fine');
  this.register_hook('get_mx', 'sink');
};
exports.relay = (next, connection) => { connection.relaying = true; next(); };
exports.fine = (next) => next(OK);
exports.sink = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: ${sinkPort} });
`;

export async function startHaraka({ folder, sinkPort, connections }: RelayPlan): Promise<Relay> {
  await install();
  const port = await freePort();
  for (const each of ['config', 'plugins', 'queue']) mkdirSync(join(folder, each), { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('plugins/to_the_sink.js', relayPlugin(sinkPort));
  write('config/plugins', 'to_the_sink\n');
  write('config/smtp.ini', `listen=127.0.0.1:${port}\nnodes=0\n`);
  copyFileSync(join(itself, 'config/connection.ini'), join(folder, 'config/connection.ini'));
  write('config/me', 'relay.example\n');
  write('config/log.ini', '[main]\nlevel=error\n');
  let child: ChildProcess | undefined;

  async function start(sends: boolean): Promise<void> {
    await stop();
    const limits = `concurrency_max=${connections}\nenable_tls=false\n`;
    write('config/outbound.ini', `disabled=${!sends}\n${limits}`);
    child = spawn(process.execPath, [program, '-c', folder], { stdio: 'ignore' });
    await answers(port);
  }

  async function stop(): Promise<void> {
    const old = child;
    child = undefined;
    if (!old || old.exitCode !== null || old.signalCode !== null) return;
    const ended = once(old, 'exit');
    // What it took is on disk: its queue is meant to survive this.
    old.kill('SIGKILL');
    await ended;
  }

  return {
    async hold() {
      await start(false);
      return port;
    },
    release: () => start(true),
    close: stop,
  };
}

async function install(): Promise<void> {
  if (existsSync(program)) return;
  mkdirSync(home, { recursive: true });
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', home, `Haraka@${harakaVersion}`];
  await promisify(execFile)('npm', words, { timeout: 300_000 }).catch((thrown: Error) => {
    throw new LeftOut(`npm could not install Haraka: ${thrown.message.split('\n').at(0)}`);
  });
}
