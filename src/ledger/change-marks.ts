/** What changed since the last look, by topic: the newest rows, each found at the end of an index. */
import type { Database } from '../storage/database.ts';

/**
 * Topics that pages can follow. A mark that differs means that something changed; a transaction that ended late may
 * hide behind a newer row until the next change, so pages look again once a minute anyway.
 */
export const changeTopics = ['letters', 'channels', 'petitions', 'review', 'staff'] as const;
export type ChangeTopic = (typeof changeTopics)[number];
export type ChangeMarks = Readonly<Record<ChangeTopic, string>>;

/** The end of an index, or both ends of one state's stretch of it: what left at the front shows there. */
const newest = (table: string, column = 'id'): string => `(select max(${column}) from ${table})`;
const ends = (state: string): string[] =>
  ['min', 'max'].map((end) => `(select ${end}(due_at) from letter where state = '${state}')`);

const questions: Readonly<Record<ChangeTopic, readonly string[]>> = {
  letters: [
    newest('letter'),
    newest('attempt'),
    newest('outcome'),
    newest('petition'),
    newest('hand_in'),
    ...['held', 'queued', 'accepted', 'delivered', 'for_hand', 'withdrawn'].flatMap(ends),
  ],
  channels: [newest('channel_switch'), newest('hold_event'), newest('dead_mailbox', 'outcome_id')],
  petitions: [
    newest('petition'),
    newest('petition', 'files_at'),
    // Moves with every batch of names and with every volume.
    newest('petition', 'due_at'),
    // Petitions that are sealed and voided, tries and what is struck of them; few other events are among them.
    newest('webhook_event'),
    ...['hand_in', 'hand_in_file', 'follow_up', 'weed_event'].map((table) => newest(table)),
  ],
  review: [
    newest('outcome'),
    newest('answer'),
    newest('answer', 'ended_at'),
    newest('answer', 'handled_at'),
    newest('reply_judgement'),
  ],
  staff: [newest('staff_event')],
};

/** One statement, whatever the size of the tables. */
export async function readChangeMarks(database: Database): Promise<ChangeMarks> {
  const asked = changeTopics.flatMap((topic) => questions[topic].map((question) => ({ topic, question })));
  const columns = asked.map(({ question }, index) => `${question} as m${index}`).join(', ');
  const [row = {}]: Record<string, unknown>[] = await database.read.query(`select ${columns}`);
  const marks: Record<ChangeTopic, string> = { letters: '', channels: '', petitions: '', review: '', staff: '' };
  for (const [index, { topic }] of asked.entries()) marks[topic] += `${String(row[`m${index}`])} `;
  return marks;
}
