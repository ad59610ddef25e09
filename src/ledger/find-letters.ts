/** Finding letters by what a signer can read out or paste: a receipt, an id, or her exact address. */
import { In } from 'typeorm';
import { canonicalAddress, readEmailAddress, storedAddress, type EmailAddress } from '../intake/email-address.ts';
import { addressKeys, personKeys } from '../intake/person-key.ts';
import { readLinkToken } from '../intake/receipt-token.ts';
import { eventTable, signatureTable } from '../intake/signature-table.ts';
import { idPattern } from '../ids.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import { letterTextTable } from '../letters/letter-text-table.ts';
import type { Letter } from '../letters/letter.ts';
import { noticeTable } from '../notices/notice-table.ts';
import type { Database } from '../storage/database.ts';

/** `id`: of a letter or of a signature. `receipt`: a link or token that proves itself; it names an event. */
export type Sought = { kind: 'id' | 'receipt'; id: string } | { kind: 'address'; address: EmailAddress };

export interface Found {
  letters: readonly Letter[];
  /** It was found by the receipt of a repeated signature, whose holder may be a stranger who typed the address. */
  byRepeat: boolean;
}

/** What was typed, read leniently; undefined for nothing that could be looked for. */
export function readSought(keys: KeyRing, typed: string): Sought | undefined {
  const text = typed.normalize('NFKC').trim();
  if (text.includes('@')) {
    // As it is copied out of a mail program: "Name <address>".
    const address = readEmailAddress(/<([^<>]+)>$/.exec(text)?.[1] ?? text);
    return 'problem' in address ? undefined : { kind: 'address', address };
  }
  const inLink = /\/(?:receipts|confirm|news)\/([0-9a-v]{32})(?![0-9a-v])/i.exec(text)?.[1];
  // Read out over the telephone it comes in groups.
  const plain = (inLink ?? text.replaceAll(/[\s-]/g, '')).toLowerCase();
  if (idPattern.test(plain)) return { kind: 'id', id: plain };
  for (const use of ['receipt', 'confirm', 'news'] as const) {
    const id = readLinkToken(keys, use, plain);
    if (id !== undefined) return { kind: 'receipt', id };
  }
  return undefined;
}

/** The letter with this id, whoever asks. */
export async function findLetter({ read }: Database, id: string): Promise<Letter | undefined> {
  return (idPattern.test(id) && (await read.findOneBy(letterTable, { id }))) || undefined;
}

/** The letters of the signature that an event belongs to; the first event of a signature has its id. */
export async function findByEvent(database: Database, eventId: string): Promise<Found> {
  const event = await database.read.findOneBy(eventTable, { id: eventId });
  if (!event) return { letters: [], byRepeat: false };
  return { letters: await lettersOf(database, [event.signatureId]), byRepeat: event.repeat };
}

/**
 * The letters of everybody who signed with this mailbox, in every campaign that ever ran here. Who has not confirmed, or took
 * everything back, is found when we wrote a mail to her: the row of a signature knows her no more.
 */
export async function findByAddress(
  { database, keys }: { database: Database; keys: KeyRing },
  address: EmailAddress,
): Promise<Letter[]> {
  const { read } = database;
  const campaigns = await read
    .createQueryBuilder(letterTextTable, 'compiled')
    .select('compiled.campaign', 'campaign')
    .distinct(true)
    .getRawMany<{ campaign: string }>();
  const persons = campaigns.flatMap(({ campaign }) => personKeys(keys, campaign, address));
  const signed = persons.length === 0 ? [] : await read.findBy(signatureTable, { personKey: In(persons) });
  const told = await read.find(noticeTable, {
    select: { signatureId: true },
    where: { addressKey: In(addressKeys(keys, address)) },
    order: { createdAt: 'DESC' },
    take: mostFound,
  });
  const others = await read.findBy(signatureTable, { id: In([...new Set(told.map((each) => each.signatureId))]) });
  const wanted = canonicalAddress(address);
  const ids = [...signed, ...others].flatMap(({ id, email }) =>
    email !== null && canonicalAddress(storedAddress(email)) === wanted ? [id] : [],
  );
  return lettersOf(database, [...new Set(ids)]);
}

/** One person signs a campaign once; only a misused address has more. */
const mostFound = 100;

async function lettersOf({ read }: Database, signatureIds: readonly string[]): Promise<Letter[]> {
  return read.find(letterTable, {
    where: { signatureId: In([...signatureIds]) },
    order: { createdAt: 'DESC', id: 'ASC' },
    take: mostFound,
  });
}
