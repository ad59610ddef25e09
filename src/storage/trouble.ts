/** What an engine's error means: somebody else was faster, the engine is not there, or our statement is wrong. */
import { asError } from '../errors.ts';

export type TroubleKind = 'lost-race' | 'outage' | 'mistake';

/** Another transaction won: the same work may succeed when it is done again. */
const lostRaces = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'ER_DUP_ENTRY']);

const outages =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_|ER_(?:SERVER_SHUTDOWN|CON_COUNT|CONNECTION_KILLED|QUERY_INTERRUPTED|NEW_ABORTING|NET_|TOO_MANY_USER|USER_LIMIT|OPTION_PREVENTS|DISK_FULL|RECORD_FILE_FULL|ERROR_ON_WRITE|OUT_OF_RESOURCES|OUTOFMEMORY|LOCK_TABLE_FULL|LOCK_|STATEMENT_TIMEOUT|HOST_|ABORTING)|SQLITE_(?:BUSY|FULL|IOERR|CANTOPEN|READONLY|LOCKED))/;
const outageWords =
  /disk|locked|closed state|Connection lost|Pool is closed|Queue limit reached|SQLITE_(BUSY|FULL|IOERR|CANTOPEN|READONLY)/i;

/** Tells what kind of trouble it is, with an error whose message repeats no value of a row. */
export function tellTrouble(thrown: unknown): { kind: TroubleKind; error: Error } {
  const error = asError(thrown);
  const code = codeOf(error);
  const kind = lostRaces.has(code) ? 'lost-race' : isOutage(error) ? 'outage' : 'mistake';
  // "Duplicate entry 'x' for key 'y'": the words of a server may repeat a row, and logs must not.
  const words = code.startsWith('ER_')
    ? error.message.replace(/entry '.*' for/s, 'entry for').replace(/value: '.*' for/s, 'value for')
    : error.message;
  if (words === error.message && !('parameters' in error)) return { kind, error };
  return { kind, error: Object.assign(new Error(words), { code }) };
}

/** Whether the engine could not do it at this moment, so that trying again later makes sense. */
export function isOutage(thrown: unknown): boolean {
  const error = asError(thrown);
  const code = codeOf(error);
  return outages.test(code) || lostRaces.has(code) || outageWords.test(error.message);
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
