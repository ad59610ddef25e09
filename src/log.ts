/** The log: one JSON line an event on standard error, without personal data. */
import { destination, pino, type Logger } from 'pino';

export type Log = Logger;

/** Fields that may hold somebody's name or address; a second fence, since nobody should log them at all. */
const personal = [
  'name',
  'email',
  'address',
  'phone',
  'message',
  'token',
  'to',
  'from',
  'replyTo',
  'raw',
  'authorization',
];

/** Makes the logger of one process. `level` is a pino level or `silent`. */
export function createLog(level: string): Log {
  const paths = personal.flatMap((field) => [field, `*.${field}`]);
  return pino({ level, base: null, redact: { paths, censor: '[personal]' } }, destination(2));
}
