/** The names that wait for paper as staff read them: in the order of the next petition, each with its number there. */
import { letterTable } from '../letters/letter-table.ts';
import type { Transaction } from '../storage/database.ts';
import { readRowsBy } from '../storage/read-rows.ts';
import { piecesOf } from '../storage/statement-parts.ts';
import { weedEventTable, type WeedEvent } from './withheld-table.ts';

/** A waiting name; there is no room here for anything else about a signer. */
interface WaitingLine {
  letterId: string;
  /** 1-based: where it would stand among the names of its campaign. */
  number: number;
  /** Null once its signer was erased. */
  name: string | null;
  language: string;
}

interface Queue {
  campaign: string;
  target: string;
}

/** The next names after a letter, or the first ones. A page costs the same however far back it lies, but for the counting. */
export async function listWaitingNames(
  reader: Transaction,
  queue: Queue,
  { after, most }: { after: string | undefined; most: number },
): Promise<WaitingLine[]> {
  const last = after === undefined ? null : await reader.findOneBy(letterTable, { id: after, ...queue });
  const query = fit(reader, queue)
    .innerJoin('signature', 'signature', 'signature.id = letter.signature_id')
    .select('letter.id', 'letterId')
    .addSelect('signature.name', 'name')
    .addSelect('signature.language', 'language')
    .orderBy('letter.createdAt')
    .addOrderBy('letter.id')
    .limit(most);
  let before = 0;
  if (last) {
    const place = { since: last.createdAt, id: last.id };
    query.andWhere('letter.createdAt >= :since and (letter.createdAt > :since or letter.id > :id)', place);
    before = await fit(reader, queue)
      .andWhere('letter.createdAt <= :since and (letter.createdAt < :since or letter.id <= :id)', place)
      .getCount();
  }
  const rows = await query.getRawMany<Omit<WaitingLine, 'number'>>();
  return rows.map((row, index) => ({ ...row, number: before + index + 1 }));
}

/** Letters whose names would be on the next petition: those that wait, are not withheld, and whose signer is not erased. */
function fit(reader: Transaction, queue: Queue) {
  return reader
    .createQueryBuilder(letterTable, 'letter')
    .leftJoin('withheld', 'withheld', 'withheld.letter_id = letter.id')
    .where('letter.campaign = :campaign and letter.state = :state and letter.target = :target', {
      ...queue,
      state: 'for_hand',
    })
    .andWhere("withheld.letter_id is null and letter.signerDomain <> ''");
}

/** The names of these letters, by id; of erased signers none. */
export async function namesOfLetters(
  reader: Transaction,
  letterIds: readonly string[],
): Promise<ReadonlyMap<string, { name: string | null; language: string }>> {
  const names = new Map<string, { name: string | null; language: string }>();
  for (const piece of piecesOf(letterIds)) {
    const rows = await reader
      .createQueryBuilder(letterTable, 'letter')
      .innerJoin('signature', 'signature', 'signature.id = letter.signature_id')
      .select('letter.id', 'id')
      .addSelect('signature.name', 'name')
      .addSelect('signature.language', 'language')
      .where('letter.id in (:...ids)', { ids: [...piece] })
      .getRawMany<{ id: string; name: string | null; language: string }>();
    for (const { id, ...row } of rows) names.set(id, row);
  }
  return names;
}

/** What staff said of these names, by letter, newest first. */
export async function weedHistories(
  reader: Transaction,
  letterIds: readonly string[],
): Promise<ReadonlyMap<string, WeedEvent[]>> {
  const rows = await readRowsBy(reader, weedEventTable, 'letterId', letterIds);
  return Map.groupBy(
    rows.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)),
    (event) => event.letterId,
  );
}
