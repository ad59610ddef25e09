/** Step: the mail of one notice, with its links and dates, signed and ready for the relay. */
import { inLanguage, type CampaignBook } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { wordsFor, type Words } from '../campaigns/words.ts';
import { day, type Instant } from '../clock.ts';
import { linkToken, type TokenUse } from '../intake/receipt-token.ts';
import type { KeyRing } from '../key-ring.ts';
import { letterTable } from '../letters/letter-table.ts';
import type { OutgoingMail } from '../outbox/relay-connection.ts';
import { isReceipt } from '../petitions/hand-in-course.ts';
import { readHandIns } from '../petitions/hand-in-table.ts';
import { petitionTable } from '../petitions/petition-table.ts';
import type { Database } from '../storage/database.ts';
import { compileNotice, mergeNotice, type CompiledNotice, type NoticeValues } from './compile-notice.ts';
import { composeNotice } from './notice-message.ts';
import type { Notice } from './notice-table.ts';

export interface WriteNoticeNeeds {
  database: Database;
  keys: KeyRing;
  book: CampaignBook;
  words: Readonly<Record<string, Words>>;
  /** Public address of our pages. */
  origin(): string;
  /** The return path of a notice; it leads to no letter. */
  returnPath(noticeId: string, at: Instant): string;
  /** Signs for an address of ours in From. */
  sign(from: string, message: Buffer): Promise<Buffer>;
}

/** Versions, languages and kinds in use at the same time. */
const mostKept = 500;

export interface NoticeWriter {
  /** Compiles what these notices say, so that it costs no time later on. Rejects as `write` does. */
  prepare(notice: Pick<Notice, 'campaign' | 'language' | 'kind'>): Promise<unknown>;
  /** Rejects when the campaign, or the words of its language, are not installed. */
  write(notice: Notice, address: string, now: Instant): Promise<OutgoingMail>;
}

/** Makes the step; what it compiled it keeps. */
export function createNoticeWriter(needs: WriteNoticeNeeds): NoticeWriter {
  const compiled = new Map<string, Promise<CompiledNotice>>();

  function partsOf({ campaign: slug, language, kind }: Pick<Notice, 'campaign' | 'language' | 'kind'>) {
    const campaign = needs.book.find(slug);
    const words = wordsFor(needs.words, language);
    if (!campaign || !words) throw new Error('its campaign, or the words of its language, are not installed');
    const key = [campaign.slug, campaign.version, language, kind].join('\0');
    const text = compiled.get(key) ?? compileNotice(campaign, words, language, kind);
    if (compiled.size >= mostKept) compiled.clear();
    compiled.set(key, text);
    return { campaign, words, text };
  }

  return {
    prepare: async (notice) => partsOf(notice).text,
    async write(notice, address, now) {
      const { id, language, asked } = notice;
      const { campaign, words, text } = partsOf(notice);
      const values = await valuesOf(needs, notice, campaign, words);
      const { organisation, from, subject, ...slotted } = await text;
      const merged = mergeNotice(slotted, values);
      const said = { organisation, from, subject, stop: values.stop, ...merged };
      const bytes = await needs.sign(from, composeNotice({ id, asked, date: now, language, to: address, ...said }));
      return { from: needs.returnPath(id, now), to: address, envelopeId: id, bytes };
    },
  };
}

async function valuesOf(
  { database, keys, book, origin }: WriteNoticeNeeds,
  { kind, signatureId, about, language }: Notice,
  campaign: Campaign,
  words: Words,
): Promise<NoticeValues> {
  const to = (page: string, use: TokenUse): string => `${origin()}/${page}/${linkToken(keys, use, signatureId)}`;
  const dayOf = (at: Instant): string =>
    new Intl.DateTimeFormat(words.dates, { dateStyle: 'long', timeZone: campaign.period.timeZone }).format(at);
  if (kind === 'confirm') {
    // The last whole day, so that nobody comes too late on the day that the mail names.
    const held = await database.read.findOneByOrFail(letterTable, { signatureId, state: 'held' });
    return { link: to('confirm', 'confirm'), date: dayOf(held.dueAt - day) };
  }
  const link = to('receipts', 'receipt');
  if (kind === 'thanks') return { link };
  const petition = await database.read.findOneByOrFail(petitionTable, { id: about });
  const tries = await readHandIns(database.read, [about]);
  const receipt = tries.findLast(({ struckAt, outcome }) => struckAt === null && isReceipt(outcome));
  if (!receipt) throw new Error('nobody recorded that its petition was received');
  return {
    link,
    date: dayOf(receipt.at),
    target: inLanguage(book.target(petition.target)?.name ?? {}, language),
    stop: to('news', 'news'),
  };
}
