import { describe, expect, test } from 'vitest';
import { readConfig, roles } from '../../src/config.ts';

test('an empty environment is a laptop that works', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    DATABASE_URL: { kind: 'sqlite', file: 'var/todoke.db' },
    PORT: 8080,
    BOUNCE_WAIT: 48 * 3_600_000,
    LEASE: 900_000,
    KEEP_OPEN: false,
  });
  expect(config.SMTP_URL).toBeUndefined();
});

test.each([
  ['BOUNCE_WAIT', 'two days', /BOUNCE_WAIT: use a number and a unit/],
  ['PORT', '70000', /PORT: /],
  ['DATABASE_URL', 'postgres://secret@host/db', /DATABASE_URL: use sqlite:PATH/],
  ['SMTP_URL', 'http://relay', /SMTP_URL: /],
  ['KEEP_OPEN', 'perhaps', /KEEP_OPEN: /],
  ['PACE_PER_HOUR', '-1', /PACE_PER_HOUR: /],
])('%s=%s is refused by name', (name, value, complaint) => {
  expect(() => readConfig({ [name]: value })).toThrow(complaint);
});

test.each([
  ['BREVO_TOKENS', 'short', /BREVO_TOKENS: use at least 16 characters/],
  ['POSTMARK_LOGINS', 'a very long login:x,tiny:secret7', /POSTMARK_LOGINS: use at least 16/],
  ['IMAP_URL', 'pop3://hunter2@mail.example', /IMAP_URL: use imaps:/],
  ['IMAP_URL', 'imaps://mail.example', /IMAP_URL: name a user/],
  ['BOUNCE_PROTOCOL', 'uucp', /BOUNCE_PROTOCOL: /],
  ['OIDC_CLIENT_SECRET', 'hunter2', /OIDC_ISSUER: set it together with OIDC_CLIENT_ID/],
  ['OIDC_ISSUER', 'http://hunter2.example', /OIDC_ISSUER: use https/],
])('%s=%s is refused by name, and not repeated', (name, value, complaint) => {
  expect(() => readConfig({ [name]: value })).toThrow(complaint);
  expect(() => readConfig({ [name]: value })).not.toThrow(/short|secret7|hunter2/);
});

test('several keys of a webhook stand in one variable', () => {
  expect(readConfig({ MAILGUN_KEYS: ' one , two,' }).MAILGUN_KEYS).toEqual(['one', 'two']);
});

test('a wrong value is never repeated: it may be a secret', () => {
  expect(() => readConfig({ DATABASE_URL: 'postgres://secret@host/db' })).not.toThrow(/secret/);
});

test('a lease shorter than a slow server is refused, except on this machine', () => {
  expect(() => readConfig({ LEASE: '10m', SMTP_URL: 'smtp://relay.example' })).toThrow(/LEASE: use 14m or more/);
  expect(readConfig({ LEASE: '1s', SMTP_URL: 'smtp://127.0.0.1:2526' }).LEASE).toBe(1_000);
});

test('all mistakes are told at once', () => {
  expect(() => readConfig({ PORT: 'x', OPS_PORT: 'y' })).toThrow(/PORT[\s\S]*OPS_PORT/);
});

const redis = 'redis://worker:hunter2@redis.example:6379/0';
const mysql = 'mysql://todoke:hunter2@db.example:3306/todoke';
const ring = `1:${Buffer.from('hunter2'.padEnd(32, '.')).toString('base64')}`;

describe('several processes', () => {
  test.each([
    [mysql, { kind: 'mysql', url: mysql }],
    ['mariadb://todoke@db.example/todoke', { kind: 'mysql', url: 'mysql://todoke@db.example/todoke' }],
    ['mysql://todoke:p%40ss@[::1]/todoke', { kind: 'mysql', url: 'mysql://todoke:p%40ss@[::1]/todoke' }],
    ['sqlite:/var/lib/todoke.db', { kind: 'sqlite', file: '/var/lib/todoke.db' }],
    ['sqlite::memory:', { kind: 'sqlite', file: ':memory:' }],
  ])('%s is a database', (text, choice) => {
    expect(readConfig({ DATABASE_URL: text }).DATABASE_URL).toEqual(choice);
  });

  test.each(['sqlite:', 'mysql://db.example', 'mysql://db.example/', 'mysql:', 'db.example/todoke', 'file:todoke.db'])(
    '%s is none',
    (text) => {
      expect(() => readConfig({ DATABASE_URL: text })).toThrow(
        /DATABASE_URL: use sqlite:PATH or mysql:\/\/user:password@host:3306\/database/,
      );
    },
  );

  test('share a database, a Redis and a key ring, and split the roles', () => {
    const together = { DATABASE_URL: mysql, REDIS_URL: redis, SECRETS: ring };
    expect([...readConfig(together).ROLES]).toEqual([...roles]);
    expect([...readConfig({ ...together, ROLES: ' mailer , web,mailer' }).ROLES]).toEqual(['mailer', 'web']);
  });

  test.each(['cook', 'web,cook', 'web,', ',', 'WEB', 'web mailer'])('ROLES=%s is refused with the list', (text) => {
    expect(() => readConfig({ DATABASE_URL: mysql, REDIS_URL: redis, SECRETS: ring, ROLES: text })).toThrow(
      /ROLES\S*: use a comma-separated list of web, mailer, reports, petitions, timers/,
    );
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['some roles without Redis', { DATABASE_URL: mysql, ROLES: 'web' }, /ROLES: .* needs REDIS_URL/],
    ['Redis beside SQLite', { REDIS_URL: redis, SECRETS: ring }, /REDIS_URL: .* need a mysql:\/\/ DATABASE_URL/],
    ['Redis without a key ring', { DATABASE_URL: mysql, REDIS_URL: redis }, /SECRETS: set the same key ring/],
    ['Redis by another name', { DATABASE_URL: mysql, REDIS_URL: 'http://x', SECRETS: ring }, /REDIS_URL: use redis:/],
    ['too few connections', { DATABASE_URL: mysql, DATABASE_CONNECTIONS: '2' }, /DATABASE_CONNECTIONS: /],
    ['a prefix with a space', { REDIS_PREFIX: 'a b' }, /REDIS_PREFIX: use letters/],
  ])('%s is refused', (_what, variables, complaint) => {
    expect(() => readConfig(variables)).toThrow(complaint);
  });

  test('no secret is repeated, whatever is wrong', () => {
    const wrong: NodeJS.ProcessEnv[] = [
      { DATABASE_URL: 'mysql://todoke:hunter2@db.example' },
      { DATABASE_URL: mysql, REDIS_URL: 'http://hunter2@redis.example' },
      { REDIS_URL: redis, SECRETS: ring },
      { DATABASE_URL: mysql, REDIS_URL: redis, ROLES: 'web' },
      { FILES_URL: 's3://key:hunter2@' },
      { SMTP_URL: 'http://user:hunter2@relay.example' },
      { SMTP_URL: 'smtp://user:hunter2@relay.example', LEASE: '1s' },
    ];
    for (const variables of wrong) {
      const refuse = (): unknown => readConfig(variables);
      expect(refuse).toThrow('The configuration has mistakes');
      expect(refuse).not.toThrow(/hunter2/);
    }
  });
});
