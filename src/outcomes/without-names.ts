/** A server's words as staff may read them and as evidence is kept: without the people, addresses and ids in them. */
import { signatureTable } from '../intake/signature-table.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { Transaction } from '../storage/database.ts';
import { readRows } from '../storage/read-rows.ts';
import { normaliseReply } from './normalise-reply.ts';
import type { OutcomeRow } from './outcome-table.ts';

/** Shorter names are words as well, and would make holes in a reply; few replies have words beyond ASCII. */
const shortestName = (name: string): number => (/[^\0-\x7f]/.test(name) ? 2 : 4);
const mostCharacters = 300;

/** A server may repeat the name or the address it was written from: neither is shown, and neither makes another reply. */
export function withoutNames(text: string, signer = ''): string {
  const { words } = normaliseReply(text.replaceAll(/<?[^\s<>]{0,320}@[^\s<>]{0,255}>?/g, 'address'));
  const name = signer.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  return (name.length < shortestName(name) ? words : words.replaceAll(name, 'name')).slice(0, mostCharacters);
}

/** The name of the signer of each letter that these outcomes speak of, by letter; an erased one is empty. */
export async function signersOf(
  reader: Transaction,
  outcomes: readonly Pick<OutcomeRow, 'letterId'>[],
): Promise<Map<string, string>> {
  const letters = await readRows(reader, letterTable, [...new Set(outcomes.map(({ letterId }) => letterId))]);
  const ids = letters.map(({ signatureId }) => signatureId);
  const signatures = await readRows(reader, signatureTable, ids);
  const names = new Map(signatures.map(({ id, name }) => [id, name ?? '']));
  return new Map(letters.map(({ id, signatureId }) => [id, names.get(signatureId) ?? '']));
}
