/**
 * Notices a database behind a cut wire. TCP would wait a quarter of an hour for an answer; a request for a
 * signature must be refused, and a result tried again, long before.
 */
import mysql, { type Connection, type PoolConnection } from 'mysql2';

/** Milliseconds between two questions, and how long an answer may take. A busy server still answers these. */
const askEvery = 4_000;
const patience = 6_000;

/** Ends all `open` connections, and with them whatever waits for an answer, when the server no longer answers. */
export function watchConnections(url: string, open: ReadonlySet<PoolConnection>): { stop(): void } {
  let line: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function ask(): void {
    const asked = (line ??= dial());
    const silence = setTimeout(() => {
      for (const connection of open) cut(connection);
      hangUp(asked);
      later();
    }, patience);
    asked.query('select 1', (error) => {
      clearTimeout(silence);
      // A refusal is an answer: then the connections have ended by themselves, or the server lives.
      if (error) hangUp(asked);
      later();
    });
  }

  function dial(): Connection {
    const connection = mysql.createConnection({ uri: url, connectTimeout: patience - 1_000 });
    connection.on('error', () => hangUp(connection));
    return connection;
  }

  function hangUp(connection: Connection): void {
    if (line === connection) line = undefined;
    connection.destroy();
  }

  function later(): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(ask, askEvery);
    timer.unref();
  }

  later();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      if (line) hangUp(line);
    },
  };
}

/** Only an error on the stream itself reaches what waits for an answer. */
function cut(connection: PoolConnection): void {
  const { stream } = connection as unknown as { stream: NodeJS.WritableStream & { destroy(error: Error): void } };
  stream.destroy(Object.assign(new Error('the database does not answer'), { code: 'ETIMEDOUT', fatal: true }));
}
