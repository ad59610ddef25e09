/** Every stage of a letter's way by itself, in this process: what it costs the main thread, and how long it takes. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createCampaignBook, type CampaignBook } from '../../src/campaigns/campaign-book.ts';
import type { Campaign } from '../../src/campaigns/campaign.ts';
import { loadCampaigns } from '../../src/campaigns/load-campaigns.ts';
import { day, systemClock as clock } from '../../src/clock.ts';
import { createSignatureIntake } from '../../src/intake/accept-signatures.ts';
import { readSignature } from '../../src/intake/signature.ts';
import { parseKeyRing } from '../../src/key-ring.ts';
import { openLetterTexts, type LetterTexts } from '../../src/letters/letter-texts.ts';
import { mergeLetter } from '../../src/letters/merge-letter.ts';
import { writeLetters } from '../../src/letters/write-letters.ts';
import { createDkimSigner } from '../../src/outbox/dkim.ts';
import { composeMessage } from '../../src/outbox/message.ts';
import { classifyReply } from '../../src/outcomes/classify-reply.ts';
import { replyRules } from '../../src/outcomes/reply-rules.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase, type DatabaseChoice } from '../../src/storage/open-database.ts';
import { tables } from '../../src/tables.ts';
import { answer } from '../answer.ts';
import { campaignOf } from '../campaigns.ts';
import { costWatch, type Cost } from '../cost.ts';
import { signatureOf } from '../people.ts';
import { personOf } from '../same-letter.ts';
import { walkRoad } from '../stage-road.ts';

export interface StagePlan {
  campaigns: string;
  database: DatabaseChoice;
  keyFile: string;
  senderDomain: string;
  sinkPort: number;
  connections: number;
}

let plan: StagePlan;
let book: CampaignBook;
let database: Database;
let texts: LetterTexts;
let people = 0;
const keys = parseKeyRing(`1:${Buffer.alloc(32, 'bench').toString('base64')}`);

function theCampaign(): Campaign {
  const campaign = book.find(campaignOf(0).slug);
  if (!campaign) throw new Error('the campaign of the bench is missing');
  return campaign;
}

function theSigner() {
  const privateKey = createPrivateKey(readFileSync(plan.keyFile));
  return createDkimSigner({ domain: plan.senderDomain, selector: 'bench1', privateKey });
}

async function take(letters: number): Promise<Record<string, Cost>> {
  const campaign = theCampaign();
  const bodies = Array.from({ length: letters }, () => JSON.parse(signatureOf((people += 1))) as unknown);
  const intake = createSignatureIntake({
    database,
    clock,
    keys,
    writeLetters: (transaction, signed) => writeLetters({ clock, confirmWithin: 14 * day }, transaction, signed),
    counted: () => undefined,
  });
  let watch = costWatch();
  const read = bodies.map((body) =>
    readSignature(body, { campaign, source: 'bench', door: 'api', now: clock.now(), keepOpen: true }),
  );
  const check = watch(letters);
  watch = costWatch();
  await Promise.all(read.map(({ eventId, ...signature }) => intake.accept(signature, eventId)));
  return { check, store: watch(letters) };
}

export const stages = {
  async open(chosen: StagePlan): Promise<void> {
    plan = chosen;
    book = createCampaignBook(await loadCampaigns(plan.campaigns));
    database = await openDatabase(plan.database, tables, 10);
    texts = await openLetterTexts({ database, clock }, book.campaigns);
  },

  /** Signs, releases, sends and records so many letters. */
  async walk(letters: number): Promise<Record<string, Cost>> {
    const { sinkPort, connections, senderDomain } = plan;
    const taken = await take(letters);
    const signer = theSigner();
    const way = { database, book, keys, letterText: texts.of, signer, senderDomain, sinkPort, connections };
    return { ...taken, ...(await walkRoad(way, letters)) };
  },

  /** The stages that touch no database. */
  async alone(letters: number): Promise<Record<string, Cost>> {
    const campaign = theCampaign();
    const [target] = campaign.targets;
    if (!target) throw new Error('the campaign of the bench has no target');
    const version = { campaign: campaign.slug, campaignVersion: campaign.version, target: target.id, language: 'ja' };
    const text = await texts.of(version);
    const costs: Record<string, Cost> = {};
    const merge = (n: number) => mergeLetter(text, { name: personOf(n).name, message: undefined });
    let watch = costWatch();
    // So short that a clock needs many of them.
    for (let n = 0; n < letters * 100; n += 1) merge(n);
    costs['merge'] = watch(letters * 100);
    const merged = Array.from({ length: letters }, (_, n) => merge(n));
    watch = costWatch();
    const messages = merged.map((parts, n) =>
      composeMessage({
        letterId: String(n).padStart(16, '0'),
        identity: 'reply-to',
        organisation: text.organisation,
        senderAddress: text.sender,
        language: 'ja',
        signer: { name: personOf(n).name, address: personOf(n).email },
        to: { name: text.addressee, address: target.mailboxes[0] ?? '' },
        ...parts,
        date: clock.now(),
      }),
    );
    costs['compose'] = watch(letters);
    const signer = theSigner();
    watch = costWatch();
    await Promise.all(messages.map((message) => signer.sign(message)));
    costs['sign'] = watch(letters);
    watch = costWatch();
    for (let n = 0; n < letters * 10; n += 1) {
      const text = replyRules[n % replyRules.length]?.example ?? '';
      const evidence = {
        stage: 'dot',
        code: Number(text.slice(0, 3)) || undefined,
        enhanced: undefined,
        text,
      } as const;
      classifyReply(evidence, { identity: 'reply-to', senderDomain: plan.senderDomain });
    }
    costs['classify'] = watch(letters * 10);
    return costs;
  },

  close: () => database.close(),
};

answer(stages);
