/** Connections to Redis: how they behave while it is away, and which Redis may hold reminders at all. */
import { Redis, type RedisOptions } from 'ioredis';
import { second } from '../clock.ts';
import { AppError } from '../errors.ts';
import { within } from './within.ts';

type Manners = Omit<RedisOptions, 'replyMapping'>;

const always: Manners = {
  connectTimeout: 4 * second,
  // An answer that is missing for so long means a pulled cable; TCP alone would wait a quarter of an hour.
  socketTimeout: 10 * second,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times - 1, 10), 2 * second),
  // After a fail-over the old master answers READONLY: only a new connection finds the new one.
  reconnectOnError: (error) => error.message.includes('READONLY'),
};

const manners: Record<'asking' | 'working', Manners> = {
  /** For asking: a command that cannot be sent now, or is not answered soon, fails. */
  asking: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 5 * second,
  },
  /** For working: commands wait for Redis to come back, so that a job which ended in an outage is still ticked off. */
  working: { maxRetriesPerRequest: null },
};

/** Begins to connect, and reconnects for ever. `onTrouble` hears every error of the connection. */
export function openConnection(
  url: string,
  manner: keyof typeof manners,
  connectionName: string,
  onTrouble: (error: Error) => void,
): Redis {
  const connection = new Redis(url, { ...always, ...manners[manner], connectionName });
  connection.on('error', onTrouble);
  return connection;
}

/**
 * Opens a connection for asking; throws unless Redis answers within `patience` and never evicts.
 * What is thrown carries no cause: Redis errors remember their command, and `HELLO … AUTH` holds the password.
 */
export async function reachRedis(
  url: string,
  patience: number,
  connectionName: string,
  onTrouble: (error: Error) => void,
): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new AppError('invalid', 'The address of Redis must look like redis://user:password@host:6379/0.');
  }
  let reason = 'it does not answer';
  let refuse: (error: Error) => void = () => undefined;
  const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
  const connection = openConnection(url, 'asking', connectionName, (error) => {
    reason = sentenceOf(error);
    // A wrong password or a missing database does not get better by waiting, and ioredis would go on in database 0.
    if (error.name === 'ReplyError') refuse(error);
    onTrouble(error);
  });
  const ready = new Promise<void>((resolve) => connection.once('ready', () => resolve()));
  try {
    await within(patience, Promise.race([ready, refused]));
    await requireNoEviction(connection);
    return connection;
  } catch (thrown) {
    letGo(connection);
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('unavailable', `Redis could not be reached: ${reason}.`);
  }
}

/** Throws unless Redis keeps what it was given. A Redis that nobody may ask about its policy is believed. */
async function requireNoEviction(connection: Redis): Promise<void> {
  const policy = await evictionPolicy(connection);
  if (policy === undefined || policy === 'noeviction') return;
  throw new AppError(
    'unavailable',
    `Redis may drop reminders when its memory is full: its maxmemory-policy is ${policy}. ` +
      'Run "redis-cli config set maxmemory-policy noeviction" and write "maxmemory-policy noeviction" into redis.conf.',
  );
}

/** Managed Redis often forbids CONFIG, so INFO is asked first. */
async function evictionPolicy(connection: Redis): Promise<string | undefined> {
  const info = await connection.info('memory').catch(() => '');
  const told = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (told !== undefined) return told;
  const pair: unknown = await connection.config('GET', 'maxmemory-policy').catch(() => []);
  return Array.isArray(pair) && typeof pair[1] === 'string' ? pair[1] : undefined;
}

/** Ends a connection without waiting for Redis. One that has ended already would hold the process for a while longer. */
export function letGo(connection: Redis): void {
  if (connection.status !== 'end') connection.disconnect();
}

/** The message of a Redis error and nothing else of it. */
export function sentenceOf(error: Error): string {
  // A host with two addresses fails with an error that has a code only.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
