import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

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
