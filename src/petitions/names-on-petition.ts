/** The names of a petition in their order: the only place where anything about a signer is read for paper. */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import type { Transaction } from '../storage/database.ts';
import { petitionPlaceTable, type Petition } from './petition-table.ts';

/** Names read at a time; others have a turn between two pages. */
const page = 2_000;

/** A name and its place, and the language to draw it right. There is no room here for anything else about a signer. */
export interface NameOnPetition {
  number: number;
  volume: number;
  /** Null once its signer was erased, which is after the paper was handed in or voided. */
  name: string | null;
  language: string;
}

/** Gives the names that stand on a petition so far, from the first; holds a page of them. */
export async function* namesOnPetition(
  reader: Transaction,
  petition: Pick<Petition, 'id' | 'names'>,
): AsyncGenerator<NameOnPetition> {
  for (let from = 1; from <= petition.names; from += page) {
    await letOthersGo();
    yield* await reader
      .createQueryBuilder(petitionPlaceTable, 'place')
      .innerJoin('letter', 'letter', 'letter.id = place.letter_id')
      .innerJoin('signature', 'signature', 'signature.id = letter.signature_id')
      .select('place.number', 'number')
      .addSelect('place.volume', 'volume')
      .addSelect('signature.name', 'name')
      .addSelect('signature.language', 'language')
      .where('place.petition_id = :id and place.number between :from and :to', {
        id: petition.id,
        from,
        to: Math.min(from + page - 1, petition.names),
      })
      .orderBy('place.number')
      .getRawMany<NameOnPetition>();
  }
}
