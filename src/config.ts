/** The environment to one frozen configuration. Nobody else reads `process.env`. */
import { z } from 'zod';
import { minute } from './clock.ts';
import { database, duration, port, readBy, yes } from './config-values.ts';
import { AppError } from './errors.ts';
import { readS3Url } from './petitions/files/s3-url.ts';
import { openIdProblems, openIdVariables } from './open-id-config.ts';
import { returnedMailProblems, returnedMailVariables } from './returned-mail-config.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { readEndpoints } from './webhooks/endpoints.ts';

/** What a process does. Each may run in any number of processes. */
export const roles = ['web', 'mailer', 'reports', 'petitions', 'timers'] as const;
export type Role = (typeof roles)[number];

const roleList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(roles, { error: `use a comma-separated list of ${roles.join(', ')}` })).min(1))
  .transform((list): ReadonlySet<Role> => new Set(list));

/** Every variable, its default (as text) and what it does: the source of `docs/configuration.md`. */
export const environment = z.object({
  DATABASE_URL: database
    .prefault('sqlite:var/todoke.db')
    .describe(
      'Where rows live: `sqlite:PATH` for one process, `mysql://user:password@host:3306/database` (MySQL 8, MariaDB 10.11 or newer) for any number.',
    ),
  DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(3)
    .max(200)
    .prefault('10')
    .describe('Connections of this process to MySQL or MariaDB.'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'use redis://user:password@host:6379/0' })
    .optional()
    .describe(
      'Redis that wakes the workers of all processes: `redis://user:password@host:6379/0`, policy `noeviction`. Absent: the embedded queue of one process.',
    ),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:-]{1,40}$/, 'use letters, digits, hyphens and colons')
    .prefault('todoke')
    .describe('Begins the name of every key in Redis, so that several installations can share one.'),
  ROLES: roleList
    .prefault(roles.join(','))
    .describe('What this process does, comma-separated. Less than all needs `REDIS_URL`.'),
  DATA_DIR: z
    .string()
    .min(1)
    .prefault('var')
    .describe('Folder for what the service makes: petition files, generated secrets and keys.'),
  FILES_URL: readBy(readS3Url)
    .optional()
    .describe(
      'S3-compatible store for the petition files: `s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]`, or `s3+http://…` inside your own network; special characters in key and secret percent-encoded (`/` is `%2F`). Every process needs the same. Absent: the folder `DATA_DIR/petitions`.',
    ),
  CAMPAIGNS_DIR: z.string().min(1).prefault('campaigns').describe('Folder with one folder per campaign.'),
  CAMPAIGNS_EVERY: duration
    .prefault('3s')
    .describe('How often a process looks for changed campaigns, in its folder and in the database.'),
  SECRETS: z
    .string()
    .optional()
    .describe(
      'Key ring that signs return paths and receipts: `1:BASE64,2:BASE64`, the first is used for new ones, each at least 32 bytes. Absent: made once and kept in `DATA_DIR/secrets`.',
    ),
  ORIGIN: z
    .url()
    .transform((origin) => origin.replace(/\/+$/, ''))
    .optional()
    .describe('Public address of the pages, as in receipt links. Absent: `http://HOST:PORT`.'),
  HOST: z.string().min(1).prefault('127.0.0.1').describe('Address the pages and the API listen on.'),
  PORT: port.prefault('8080').describe('Port of the pages and the API; 0 takes a free one.'),
  TRUST_PROXY: trustedProxies
    .optional()
    .describe(
      'Reverse proxies whose `X-Forwarded-For` is believed: how many stand in front (`1`), or their addresses (`loopback`, `10.0.0.0/8`, comma-separated). Without it the limits for one network do not hold behind a proxy.',
    ),
  OPS_HOST: z.string().min(1).prefault('127.0.0.1').describe("Address of the operators' port."),
  OPS_PORT: port.prefault('9090').describe('Port of `/healthz`, `/readyz` and `/metrics`.'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe(
      'Relay that takes our letters: `smtp://user:password@host:587` or `smtps://…`. Absent: the simulated embassy, and nothing leaves this machine.',
    ),
  SMTP_CONNECTIONS: z.coerce.number().int().min(1).max(100).prefault('5').describe('Connections kept to the relay.'),
  SMTP_NAME: z
    .string()
    .min(1)
    .prefault('localhost')
    .describe('Our host name in EHLO; must match the reverse DNS of the sending address.'),
  DKIM_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of DKIM keys, one PEM file per domain: `<domain>/<selector>.pem`. Absent: `DATA_DIR/dkim`. With the simulated embassy a missing key is made.',
    ),
  ...returnedMailVariables,
  WEBHOOKS: readBy(readEndpoints)
    .prefault('')
    .describe(
      'Addresses that are told of petitions and channels by signed webhooks, with spaces between them: `https://HOST/PATH#whsec_BASE64`; after a comma a second secret, while one takes the place of another. Absent: nobody is told.',
    ),
  ...openIdVariables,
  RELEASE_EVERY: duration.prefault('1s').describe("How often due letters are released at each target's pace."),
  SWEEP_EVERY: duration.prefault('10s').describe('How often overdue letters are looked for.'),
  LEASE: duration
    .prefault('15m')
    .describe(
      'How long a mailer may hold a letter; longer than the 10 minutes SMTP allows after the final dot (RFC 5321 §4.5.3.2.6).',
    ),
  BOUNCE_WAIT: duration.prefault('48h').describe('Silence after which an accepted letter counts as delivered.'),
  IN_DOUBT_WAIT: duration
    .prefault('30m')
    .describe('How long a letter in doubt waits for a sign before it is sent once more.'),
  GIVE_UP_AFTER: duration
    .prefault('5d')
    .describe('Age of the first attempt after which passing trouble is no longer waited out.'),
  CONFIRM_WITHIN: duration
    .prefault('14d')
    .describe(
      'How long a signer may take to confirm the address, in campaigns that ask for it. After that the letter is not sent and the data is deleted.',
    ),
  NOTICES_PER_HOUR: z.coerce
    .number()
    .positive()
    .max(1_000_000)
    .prefault('6000')
    .describe('How many mails to signers (confirmation, thanks, news) leave in an hour at most, in all.'),
  PETITIONS_NICE: z.coerce
    .number()
    .int()
    .min(0)
    .max(19)
    .prefault('10')
    .describe(
      'How far typesetting, and a process that does nothing else, gives way to letters and pages on the same machine, as of `nice`, 19 at most. Above 0 it also takes only whole cores that nothing else needs, and a tenth of one where there is none: paper then comes late. 0: it gives way to nothing.',
    ),
  PROBE_AFTER: duration
    .prefault('1h')
    .describe('First wait before a shut target is tried with real letters; grows sixfold up to a day.'),
  CAMPAIGN_GRACE: duration
    .prefault('7d')
    .describe(
      'How long after the last day of a campaign its letters still go by mail, at the pace of their target; the names of those that are left then go on paper.',
    ),
  PACE_PER_HOUR: z.coerce
    .number()
    .positive()
    .optional()
    .describe('Replaces the pace of every target. For rehearsals only.'),
  KEEP_OPEN: yes
    .prefault('no')
    .describe("`yes` accepts signatures outside a campaign's period; pages say so. For rehearsals only."),
  STOP_DELAY: duration
    .prefault('0s')
    .describe(
      'How long the ports stay open after `/readyz` went red at a stop, so that a load balancer sees it and sends nobody any more.',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .prefault('info')
    .describe('Least level that is logged.'),
});

export type Config = Readonly<z.output<typeof environment>>;

/**
 * Reads the configuration from an environment. Throws `invalid` with one line per wrong variable; values are
 * never repeated, since they may be secrets.
 */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.fromEntries(
    Object.keys(environment.shape).flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])),
  );
  const parsed = environment.safeParse(known);
  const problems = parsed.success
    ? together(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success && problems.length === 0) return Object.freeze(parsed.data);
  throw new AppError('invalid', `The configuration has mistakes:\n  ${problems.join('\n  ')}`);
}

/** What no variable shows alone. */
function together(config: z.output<typeof environment>): string[] {
  const host = config.SMTP_URL === undefined ? 'localhost' : new URL(config.SMTP_URL).hostname;
  const isFar = host !== 'localhost' && !/^127\.|^\[::1\]$/.test(host);
  const problems: string[] = [...returnedMailProblems(config), ...openIdProblems(config)];
  // A server may take ten minutes after the final dot; a shorter lease would send such a letter twice.
  if (isFar && config.LEASE < 14 * minute)
    problems.push('LEASE: use 14m or more, since a server may take 10 minutes to answer');
  if (config.REDIS_URL === undefined && config.ROLES.size < roles.length)
    problems.push('ROLES: a process with only some roles needs REDIS_URL, or nobody would wake the others');
  if (config.REDIS_URL !== undefined && config.DATABASE_URL.kind === 'sqlite')
    problems.push('REDIS_URL: several processes need a mysql:// DATABASE_URL; leave it out with SQLite');
  if (config.REDIS_URL !== undefined && config.SECRETS === undefined)
    problems.push('SECRETS: set the same key ring for every process, or one cannot read the return paths of another');
  return problems;
}
