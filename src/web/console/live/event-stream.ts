/** `/console/events`: tells open pages that something changed (server-sent events), as long as their session lasts. */
import type { Response } from 'express';
import { In } from 'typeorm';
import { minute, second, type Clock } from '../../../clock.ts';
import { asError } from '../../../errors.ts';
import { changeTopics, readChangeMarks, type ChangeMarks } from '../../../ledger/change-marks.ts';
import type { Log } from '../../../log.ts';
import { sessionTable } from '../../../staff/session-table.ts';
import { isOver } from '../../../staff/sessions.ts';
import type { Database } from '../../../storage/database.ts';
import type { StaffVisit } from '../visit.ts';

const lookEvery = second;
/** Between two signs of life, which keep proxies from closing a silent stream. */
const beatEvery = 15 * second;
/** Every page looks again this often, whatever the marks say. */
const refreshEvery = minute;
const mostBySession = 6;
const mostInAll = 500;

interface Listener {
  sessionId: string;
  response: Response;
}

export interface EventStream {
  open(visit: StaffVisit): Promise<void>;
  close(): void;
}

/** The rows are looked at once a second for all listeners of this process together, and not at all without one. */
export function createEventStream(needs: { database: Database; clock: Clock; log: Log }): EventStream {
  const { database, clock, log } = needs;
  const listeners = new Set<Listener>();
  let known: ChangeMarks | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looks = 0;

  function tell(topic: string): void {
    for (const { response } of listeners) response.write(`event: change\ndata: ${topic}\n\n`);
  }

  /** Ends the streams of sessions that ended here or in another process. */
  async function endDead(): Promise<void> {
    const ids = [...new Set([...listeners].map(({ sessionId }) => sessionId))];
    const rows = await database.read.find(sessionTable, { where: { id: In(ids) } });
    const alive = new Set(rows.filter((row) => !isOver(row, clock.now())).map(({ id }) => id));
    for (const listener of listeners) if (!alive.has(listener.sessionId)) end(listener);
  }

  async function look(): Promise<void> {
    await endDead();
    const marks = await readChangeMarks(database);
    const before = known;
    known = marks;
    if (before) for (const topic of changeTopics) if (before[topic] !== marks[topic]) tell(topic);
    looks++;
    if (looks % (refreshEvery / lookEvery) === 0) tell('all');
    else if (looks % (beatEvery / lookEvery) === 0) for (const { response } of listeners) response.write(': beat\n\n');
  }

  function lookAgain(): void {
    timer = setTimeout(() => {
      look()
        .catch((thrown: unknown) => log.warn({ reason: asError(thrown).message }, 'changes could not be looked for'))
        .finally(() => (listeners.size > 0 ? lookAgain() : rest()));
    }, lookEvery).unref();
  }

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
    known = undefined;
  }

  function end(listener: Listener): void {
    listeners.delete(listener);
    listener.response.end();
  }

  return {
    async open({ request, response, signedIn }) {
      const sessionId = signedIn.session.id;
      const own = [...listeners].filter((each) => each.sessionId === sessionId);
      // A browser does not ask again after 204; the page keeps its link for looking again.
      if (own.length >= mostBySession || listeners.size >= mostInAll) return void response.status(204).end();
      // What changes from now on is told, also when the first look is a second away.
      known ??= await readChangeMarks(database);
      response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
      response.flushHeaders();
      response.write('retry: 3000\n\n: open\n\n');
      const listener = { sessionId, response };
      listeners.add(listener);
      request.once('close', () => listeners.delete(listener));
      if (timer === undefined) lookAgain();
    },
    close() {
      for (const listener of listeners) end(listener);
      rest();
    },
  };
}
